// Where a name stands in a polygon: far from its edges. On a coarse raster, for
// it only has to look right; the areas' own labels come exact from the server.
import type { Position } from "geojson";

const raster = 9;

/** The point of a raster over the polygon that is inside and farthest from its rings, and how large its box is. */
export function poleOf(rings: Position[][]): { at: Position; size: number } | undefined {
  const outer = rings[0];
  if (!outer?.length) return undefined;
  const [west, south, east, north] = boxOf(outer);
  let best: Position | undefined;
  let clearest = 0;
  for (let i = 0; i < raster; i++) {
    for (let j = 0; j < raster; j++) {
      const at = [
        west + ((east - west) * (i + 0.5)) / raster,
        south + ((north - south) * (j + 0.5)) / raster,
      ];
      const clear = clearance(rings, at);
      if (clear <= clearest) continue;
      clearest = clear;
      best = at;
    }
  }
  return best && { at: best, size: (east - west) * (north - south) };
}

function boxOf(ring: Position[]): [number, number, number, number] {
  const xs = ring.map(([x = 0]) => x);
  const ys = ring.map(([, y = 0]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The squared distance to the nearest ring, 0 outside the polygon. */
function clearance(rings: Position[][], [x = 0, y = 0]: Position): number {
  let inside = false;
  let nearest = Number.POSITIVE_INFINITY;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax = 0, ay = 0] = ring[i] ?? [];
      const [bx = 0, by = 0] = ring[j] ?? [];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      nearest = Math.min(nearest, distance2(x, y, ax, ay, bx, by));
    }
  }
  return inside ? nearest : 0;
}

function distance2(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along =
    dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2;
}
