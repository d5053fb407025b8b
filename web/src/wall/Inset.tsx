import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { boundary } from "../lib/api.ts";
import { age } from "../lib/format.ts";
import { t } from "../lib/i18n.ts";
import type { Incident } from "../lib/incident.ts";
import { categoryName, ownerName } from "../lib/names.ts";
import { fresh, incidents, serverNow } from "../lib/state.ts";
import { followUrgent, held } from "../lib/urgent.ts";
import type { City } from "../map/city.ts";
import { LiveLayer } from "../map/live.ts";
import { MapFrame } from "./MapFrame.tsx";
import { MarkIcon } from "./MarkIcon.tsx";
import { addCity, goToIncident } from "./maps.ts";
import { useCity } from "./useCity.ts";

/** The newest urgent incident from near: where it is, in whose grid, and which cameras see it. */
export function Inset() {
  useEffect(followUrgent, []);
  return held.value ? <InsetMap incident={held.value} /> : null;
}

function InsetMap({ incident }: { incident: Incident }) {
  const seeing = useSignal<number | undefined>(undefined);
  const container = useCity("inset", (city) => {
    const live = new LiveLayer(city.map);
    const undo = [
      addCity(city, false),
      effect(() => live.show(incidents.value)),
      effect(() => live.pulse(new Set(held.value ? [held.value.id] : []), () => {})),
      effect(() => held.value && void focus(city, held.value)),
    ];
    city.map.on("idle", () => {
      if (held.peek()) seeing.value = showSeeing(city, held.peek() as Incident);
    });
    return () => {
      for (const step of undo) step();
    };
  });
  return (
    <MapFrame map={container} class="inset">
      <button
        type="button"
        class={fresh.value.has(incident.id) ? "inset-head fresh" : "inset-head"}
        onClick={() => goToIncident(incident)}
      >
        <MarkIcon mark="urgent" />
        <span>
          <b>{categoryName(incident.category)}</b> {age((serverNow.value - incident.atMs) / 1000)}
          <small>
            {ownerName(incident)}
            {seeing.value !== undefined &&
              ` · ${seeing.value ? t("seenBy", { n: seeing.value }) : t("seenByNone")}`}
          </small>
        </span>
      </button>
    </MapFrame>
  );
}

/** Puts the incident in the middle and its owner's outline around it. */
async function focus(city: City, incident: Incident): Promise<void> {
  city.map.jumpTo({ center: incident.point, zoom: 16.6 });
  city.select(undefined);
  if (!incident.owner) return;
  const area = await boundary(incident.owner).catch(() => undefined);
  if (held.peek()?.id === incident.id) city.select(area);
}

/** Lights the view sectors that the incident lies in and returns how many there are; undefined where the caller may see none. */
function showSeeing(city: City, incident: Incident): number | undefined {
  const { map } = city;
  if (!map.getLayer("views-seeing")) return undefined;
  const at = map.project(incident.point);
  const views = city.drawnAt([at.x, at.y], ["views", "views-seeing"]);
  const codes = new Set(views.map((view) => String(view.properties.code)));
  const filter: ["in", ["get", string], ["literal", string[]]] = [
    "in",
    ["get", "code"],
    ["literal", [...codes].sort()],
  ];
  if (JSON.stringify(map.getFilter("views-seeing")) !== JSON.stringify(filter))
    map.setFilter("views-seeing", filter);
  return codes.size;
}
