// Names of lakes, parks and estates, once each. Tiles cut a polygon in pieces, and
// MapLibre would write its name on every piece: a lake of six tiles has six names.
// So the names are put on points here, one a feature, on its largest piece in
// view, and stay there while that point is in view.
import type { Position } from "geojson";
import type { GeoJSONSource, MapGeoJSONFeature, Map as MapLibre } from "maplibre-gl";
import { poleOf } from "./pole.ts";

/** Which layers of the one picture, from which zoom on. */
const named: [layer: string, minzoom: number][] = [
  ["water", 12],
  ["green", 14.5],
  ["estates", 15.8],
  ["buildings", 17.4],
];

interface Named {
  key: string;
  at: Position;
  properties: Record<string, unknown>;
}

/** Keeps the source `names` of a map to what is in view, as long as the map lives. */
export function keepNames(map: MapLibre): void {
  let shown = new Map<string, Named>();
  map.on("idle", () => {
    const next = new Map<string, Named>();
    for (const [layer, minzoom] of named) {
      if (map.getZoom() < minzoom) continue;
      const pieces = map.querySourceFeatures("onepicture", { sourceLayer: layer, filter: ["has", "name"] });
      for (const one of place(layer, pieces as MapGeoJSONFeature[], shown, (at) => inView(map, at))) {
        next.set(one.key, one);
      }
    }
    if (next.size === shown.size && [...next].every(([key, one]) => shown.get(key)?.at === one.at)) return;
    shown = next;
    map.getSource<GeoJSONSource>("names")?.setData({
      type: "FeatureCollection",
      features: [...next.values()].map(({ at, properties }) => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: at },
        properties,
      })),
    });
  });
}

function inView(map: MapLibre, [lon = 0, lat = 0]: Position): boolean {
  return map.getBounds().contains([lon, lat]);
}

/**
 * One name for each feature among pieces: where it stood before, if that is in
 * view, else on its largest piece, those in view first.
 */
export function place(
  layer: string,
  pieces: Pick<MapGeoJSONFeature, "id" | "geometry" | "properties">[],
  before: ReadonlyMap<string, Named>,
  visible: (at: Position) => boolean,
): Named[] {
  const largest = new Map<string, Named & { size: number }>();
  for (const { id, geometry, properties } of pieces) {
    const key = `${layer}/${id}`;
    const old = before.get(key);
    if (old && visible(old.at)) {
      largest.set(key, { ...old, size: Number.POSITIVE_INFINITY });
      continue;
    }
    for (const rings of polygonsOf(geometry)) {
      const pole = poleOf(rings);
      if (!pole) continue;
      const size = visible(pole.at) ? 1 + pole.size : pole.size; // a size is of square degrees: far below 1
      if (size <= (largest.get(key)?.size ?? 0)) continue;
      const { name, name_en } = properties;
      largest.set(key, { key, at: pole.at, size, properties: { layer, name, name_en } });
    }
  }
  return [...largest.values()];
}

function polygonsOf(geometry: GeoJSON.Geometry): Position[][][] {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}
