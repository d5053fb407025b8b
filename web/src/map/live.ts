// Puts the open incidents on a map: all as symbols of the `live` source, the
// fresh ones besides as elements that pulse. The pulse is CSS, so that the map
// itself is drawn only when something on it changes.
import { type GeoJSONSource, type Map as MapLibre, Marker } from "maplibre-gl";
import { t } from "../lib/i18n.ts";
import { type Incident, type Mark, markOf } from "../lib/incident.ts";
import { categoryName } from "../lib/names.ts";
import { acknowledge, categories, minute } from "../lib/state.ts";
import { markPaths } from "./marks.ts";

interface Shown {
  incident: Incident;
  mark: Mark;
  what: string;
}

export class LiveLayer {
  private shown = new Map<number, Shown>();
  private pulses = new Map<number, { of: Shown; marker: Marker }>();

  constructor(private readonly map: MapLibre) {}

  /** Brings the source to the given incidents by the difference to what it shows. */
  show(all: ReadonlyMap<number, Incident>): void {
    const source = this.map.getSource<GeoJSONSource>("live");
    if (!source) return;
    const add: GeoJSON.Feature[] = [];
    const remove: number[] = [];
    for (const id of this.shown.keys()) {
      if (!all.has(id)) remove.push(id);
    }
    for (const incident of all.values()) {
      const mark = markOf(incident, categories.value, minute.value);
      const before = this.shown.get(incident.id);
      const what = categoryName(incident.category);
      if (before?.incident === incident && before.mark === mark && before.what === what) continue;
      if (before) remove.push(incident.id);
      const next = { incident, mark, what };
      add.push(feature(next));
      this.shown.set(incident.id, next);
    }
    for (const id of remove) if (!all.has(id)) this.shown.delete(id);
    if (add.length + remove.length > 0) void source.updateData({ add, remove });
  }

  /** Lets exactly these incidents pulse. */
  pulse(fresh: ReadonlySet<number>, onClick: (incident: Incident) => void): void {
    for (const [id, { of, marker }] of this.pulses) {
      if (fresh.has(id) && this.shown.get(id) === of) continue;
      marker.remove();
      this.pulses.delete(id);
    }
    for (const id of fresh) {
      const shown = this.shown.get(id);
      if (!shown || this.pulses.has(id)) continue;
      const marker = new Marker({ element: pulseElement(shown, onClick), anchor: "center" })
        .setLngLat(shown.incident.point)
        .addTo(this.map);
      this.pulses.set(id, { of: shown, marker });
    }
  }
}

function feature({ incident, mark, what }: Shown): GeoJSON.Feature {
  return {
    type: "Feature",
    id: incident.id,
    geometry: { type: "Point", coordinates: incident.point },
    properties: { id: incident.id, mark, what },
  };
}

function pulseElement({ incident, mark, what }: Shown, onClick: (incident: Incident) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `pulse pulse-${mark}`;
  button.setAttribute("aria-label", `${t(mark)}: ${what}`);
  button.innerHTML = `<i></i><svg viewBox="0 0 32 32" aria-hidden="true"><path d="${markPaths[mark]}"/></svg>`;
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    acknowledge(incident.id);
    onClick(incident);
  });
  return button;
}
