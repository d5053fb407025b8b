// The maps that the page has now, and what can be done with them from anywhere on
// the page: going somewhere, and hearing of changed tiles.
import type { PaddingOptions } from "maplibre-gl";
import * as api from "../lib/api.ts";
import { caller, sees } from "../lib/caller.ts";
import type { TilesChanged } from "../lib/feed.ts";
import type { Incident } from "../lib/incident.ts";
import type { View } from "../lib/params.ts";
import { selected, spot } from "../lib/state.ts";
import { type City, revisions } from "../map/city.ts";

const cities = new Set<City>();
let main: City | undefined;

/** Adds a map until the returned function is called. The main one is the one that is steered. */
export function addCity(city: City, isMain: boolean): () => void {
  cities.add(city);
  if (isMain) main = city;
  return () => {
    cities.delete(city);
    if (main === city) main = undefined;
  };
}

interface TileId {
  z: number;
  x: number;
  y: number;
}

/** Changed tiles by tileset, "all" for all, until they are asked for together. */
const changed = new Map<string, TileId[] | "all">();
let asking: ReturnType<typeof setTimeout> | undefined;
const askAfterMs = 150;

/**
 * Makes every map ask again for what changed, at most some times a second. A
 * revision that the maps show already changes nothing.
 */
export const tilesChanged: TilesChanged = (tileset, revision, tiles) => {
  if (!revisions.note(tileset, revision)) return;
  const before = changed.get(tileset) ?? [];
  changed.set(tileset, tiles && before !== "all" ? [...before, ...tiles] : "all");
  if (asking !== undefined) return;
  asking = setTimeout(() => {
    asking = undefined;
    for (const [name, ids] of changed) {
      for (const city of cities) city.refresh(name, ids === "all" ? undefined : ids);
    }
    changed.clear();
  }, askAfterMs);
};

/** The zoom at which single things are read. */
const near = 16.5;

// CSS pixels of a 1920×1080 page. The tools lie over the top, the card over the
// left, the inset over the right.
const cityRoom: PaddingOptions = { top: 76, right: 28, bottom: 28, left: 28 };
const areaRoom: PaddingOptions = { top: 100, right: 120, bottom: 80, left: 520 };

export const zoomIn = () => main?.map.zoomIn();
export const zoomOut = () => main?.map.zoomOut();

/** Goes to a view, else shows the whole of what the caller is there for. */
export async function goHome(view?: View, durationMs = 0): Promise<void> {
  if (view) {
    main?.map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom });
    return;
  }
  for (const boundsOf of [ofSubtree, ofTileset("grids"), ofTileset("onepicture")]) {
    const bounds = await boundsOf().catch(() => undefined); // the next one knows them too
    if (!bounds) continue;
    main?.map.fitBounds(bounds, { padding: homeRoom(bounds), duration: durationMs });
    return;
  }
}

type Bounds = NonNullable<api.TileJSON["bounds"]>;

async function ofSubtree(): Promise<Bounds | undefined> {
  const top = caller.value?.subtree;
  return top ? ((await api.card(top)).bbox ?? undefined) : undefined;
}

const ofTileset = (id: string) => async (): Promise<Bounds | undefined> => (await api.tileset(id)).bounds;

/** The zoom that is given up at most to keep the city clear of the inset. */
const zoomForInset = 0.15;

/** Leaves the inset as much of its place as can be had without making the city much smaller. */
function homeRoom(bounds: Bounds): PaddingOptions {
  if (!sees("restricted")) return cityRoom; // there is no inset
  const zoom = (padding: PaddingOptions) => main?.map.cameraForBounds(bounds, { padding })?.zoom ?? 0;
  const rooms = [500, 400, 300, 200, 100].map((right) => ({ ...cityRoom, right }));
  return rooms.find((room) => zoom(cityRoom) - zoom(room) < zoomForInset) ?? cityRoom;
}

/** Flies to an incident and opens its owner's card. */
export function goToIncident(incident: Incident): void {
  spot.value = { incident: incident.id };
  selected.value = incident.owner || undefined;
  main?.map.flyTo({ center: incident.point, zoom: Math.max(near, main.map.getZoom()), duration: 1200 });
}

/** Opens an area's card; moves the map there if told to, else only if the area is not in view. */
export async function goToArea(code: string, always = false): Promise<void> {
  spot.value = undefined;
  selected.value = code;
  const { bbox, label } = await api.card(code).catch((): Partial<api.Card> => ({})); // the card says what failed
  if (!main) return;
  const seen = main.map.getBounds();
  if (!bbox) {
    if (label) main.map.flyTo({ center: label, zoom: near, duration: 1200 });
  } else if (always || !seen.contains([bbox[0], bbox[1]]) || !seen.contains([bbox[2], bbox[3]])) {
    main.map.fitBounds(bbox, { padding: areaRoom, duration: 1200, maxZoom: 17 });
  }
}

/** Flies to what a search found and opens the card of the grid that answers there. */
export async function goToFound({ kind, code, point }: api.Suggestion): Promise<void> {
  if (kind === "grid") return goToArea(code, true);
  main?.map.flyTo({ center: point, zoom: 17, duration: 1200 });
  return askSpot(point);
}

/** What is known of a spot before it is asked about. */
interface Pointed {
  pick?: (found: api.Located) => api.AreaRef | undefined;
  /** A building there that holds stacked grids. */
  tower?: string | undefined;
}

let asked: AbortController | undefined; // the newest question; the answer to an older one is not waited for

/** Asks whose a spot is and opens the card of its grid, or of the area that pick chooses. */
export async function askSpot(point: api.Point, { pick, tower }: Pointed = {}): Promise<void> {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  try {
    const found = await api.locate(point, mine.signal);
    const area = pick?.(found) ?? found.grid ?? found.owner;
    spot.value = { located: found, zoomedOut: area?.code !== found.grid?.code, ...(tower && { tower }) };
    selected.value = area?.code;
  } catch (problem) {
    if (mine.signal.aborted) return;
    spot.value = api.isHidden(problem) ? { hidden: true } : { failed: true };
    selected.value = undefined;
  }
}
