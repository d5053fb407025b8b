// What a kiosk sets in the page's address, and what the page writes back there
// so that a wall can be restarted as it was:
//   ?view=106.62,26.60,14.5   longitude, latitude, zoom
//   &layers=base,borders      the switches that are on
//   &lang=en
//   &grid=CODE                a card to open
import type { Lang } from "./i18n.ts";

/** The switches, in the order in which the panel lists them. */
export const switches = [
  "incidents",
  "borders",
  "names",
  "exclusive",
  "estates",
  "buildings",
  "devices",
  "views",
  "sites",
  "base",
] as const;
export type Switch = (typeof switches)[number];

export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

export interface Params {
  view?: View;
  layers?: Set<Switch>;
  lang?: Lang;
  grid?: string;
  /** Only with it the page exposes window.onegrid, for browser tests. */
  test: boolean;
}

/** Reads a query string. What cannot be understood is left out: a wall must come up. */
export function readParams(query: string): Params {
  const q = new URLSearchParams(query);
  const params: Params = { test: q.has("test") };
  const view = readView(q.get("view"));
  if (view) params.view = view;
  const layers = q.get("layers");
  if (layers !== null) params.layers = new Set(switches.filter((s) => layers.split(",").includes(s)));
  const lang = q.get("lang");
  if (lang === "zh" || lang === "en") params.lang = lang;
  const grid = q.get("grid");
  if (grid) params.grid = grid;
  return params;
}

function readView(text: string | null): View | undefined {
  const numbers = text?.split(",").map(Number) ?? [];
  const [lon, lat, zoom] = numbers;
  if (numbers.length !== 3 || lon === undefined || lat === undefined || zoom === undefined) return undefined;
  const sane = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && zoom >= 0 && zoom <= 22;
  return sane ? { lon, lat, zoom } : undefined; // NaN is not sane either
}

/** Writes the view, the switches and the language into a query, keeping what else it says. */
export function writeParams(
  query: string,
  now: { view: View; layers: ReadonlySet<Switch>; lang: Lang; grid?: string | undefined },
): string {
  const q = new URLSearchParams(query);
  q.set("view", `${now.view.lon.toFixed(5)},${now.view.lat.toFixed(5)},${now.view.zoom.toFixed(2)}`);
  if (now.layers.size === switches.length) q.delete("layers");
  else q.set("layers", switches.filter((s) => now.layers.has(s)).join(","));
  q.set("lang", now.lang);
  if (now.grid) q.set("grid", now.grid);
  else q.delete("grid");
  return `?${q.toString().replaceAll("%2C", ",")}`;
}
