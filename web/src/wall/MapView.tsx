import { effect } from "@preact/signals";
import type { MapMouseEvent } from "maplibre-gl";
import type { AreaRef, Located } from "../lib/api.ts";
import { lang, t } from "../lib/i18n.ts";
import { type Params, writeParams } from "../lib/params.ts";
import { outline } from "../lib/selection.ts";
import * as state from "../lib/state.ts";
import type { City } from "../map/city.ts";
import { LiveLayer } from "../map/live.ts";
import { type Tier, tierOf } from "../map/style.ts";
import { Card } from "./Card.tsx";
import { Inset } from "./Inset.tsx";
import { Layers } from "./Layers.tsx";
import { MapFrame } from "./MapFrame.tsx";
import { addCity, askSpot, goHome, goToArea, goToFound, goToIncident, zoomIn, zoomOut } from "./maps.ts";
import { Search } from "./Search.tsx";
import { mapTrouble, useCity } from "./useCity.ts";

/** The large map with what lies over it: the tools, the card, the inset. */
export function MapView({ params }: { params: Params }) {
  const container = useCity("main", (city) => {
    const live = new LiveLayer(city.map);
    const undo = [
      addCity(city, true),
      effect(() => {
        const shown = state.on.value.has("incidents");
        live.show(state.incidents.value);
        live.pulse(shown ? state.fresh.value : new Set(), goToIncident);
      }),
      effect(() => city.select(outline.value)),
      keepAddress(city),
    ];
    city.map.on("click", (event) => void choose(city, event));
    followNearness(city);
    if (params.test) expose(city);
    void goHome(params.view);
    return () => {
      for (const step of undo) step();
    };
  });
  return (
    <MapFrame map={container} class="main-map" as="main">
      <div class="tools">
        <Search onChoose={(choice) => void goToFound(choice)} />
        <Layers />
        <button type="button" class="tool" onClick={() => void goHome(undefined, 800)}>
          {t("home")}
        </button>
        <button type="button" class="tool sign" aria-label={t("zoomIn")} onClick={zoomIn}>
          +
        </button>
        <button type="button" class="tool sign" aria-label={t("zoomOut")} onClick={zoomOut}>
          −
        </button>
      </div>
      <Card onGo={(code) => void goToArea(code)} />
      <Inset />
      {mapTrouble.value && (
        <p class="map-trouble" role="alert">
          {t(mapTrouble.value)}
        </p>
      )}
    </MapFrame>
  );
}

/** Keeps the page's address such that a restarted kiosk comes up as it was. */
function keepAddress({ map }: City): () => void {
  const write = () => {
    const { lng, lat } = map.getCenter();
    const now = {
      view: { lon: lng, lat, zoom: map.getZoom() },
      layers: state.on.value,
      lang: lang.value,
      grid: state.selected.value,
    };
    history.replaceState(null, "", writeParams(location.search, now));
  };
  map.on("moveend", write);
  let first = true; // the address says so already
  return effect(() => {
    void [state.on.value, lang.value, state.selected.value];
    if (!first) write();
    first = false;
  });
}

/** From near, the map draws the incidents itself and a pulse is only a ring around one. */
function followNearness({ map }: City): void {
  const set = () => map.getContainer().classList.toggle("near", map.getZoom() >= 14);
  map.on("zoom", set);
  set();
}

/** For browser tests, which must wait until the map has nothing left to do. */
function expose({ map }: City): void {
  const root = document.documentElement.dataset;
  map.on("dataloading", () => (root.ready = "loading"));
  map.on("movestart", () => (root.ready = "moving"));
  map.on("idle", () => (root.ready = "idle"));
  Object.assign(window, { onegrid: { map, state } });
}

/** How far beside a symbol a click still hits it, in CSS pixels of a 1920×1080 page. */
const reachPx = 8;

/** A click means what is seen: an incident's symbol, else an area, of a high level from far and a grid from near. */
async function choose(city: City, { point: { x, y }, lngLat }: MapMouseEvent): Promise<void> {
  const around: [[number, number], [number, number]] = [
    [x - reachPx, y - reachPx],
    [x + reachPx, y + reachPx],
  ];
  const [hit] = city.drawnAt(around, ["incidents"]);
  const incident = hit && state.incidents.value.get(Number(hit.properties.id));
  if (incident) {
    state.acknowledge(incident.id);
    state.spot.value = { incident: incident.id };
    state.selected.value = incident.owner || undefined;
    return;
  }
  const tower = city.drawnAt([x, y], ["buildings"]).find((building) => building.properties.stacked > 0);
  await askSpot([lngLat.lng, lngLat.lat], {
    pick: (found) => meantAt(found, city.map.getZoom()),
    tower: tower?.properties.code,
  });
}

/** Below these zooms an area of the tier is what a person sees and means. */
const meantBelow: Record<Tier, number> = { district: 10, street: 13, community: 14.6, grid: 99 };

function meantAt({ chain = [] }: Located, zoom: number): AreaRef | undefined {
  return chain.find((area) => {
    const index = state.levels.value.findIndex((level) => level.id === area.level);
    return index >= 0 && zoom < meantBelow[tierOf(state.levels.value, index)];
  });
}
