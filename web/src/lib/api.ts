// The questions that a page asks the servers, and the shapes of the answers as
// far as the page reads them. Everything is on the page's own origin.
import { signal } from "@preact/signals";
import type { Name } from "./i18n.ts";

export type Point = [lon: number, lat: number];

/** An area as it is named in passing: in a chain, as a neighbour, as an owner. */
export interface AreaRef {
  code: string;
  name?: Name;
  level: string;
  network?: string;
  /** Of a stacked grid: its building, and its lowest and highest floor. */
  building?: string;
  floors?: [number, number];
  posts?: Post[];
}

export interface Post {
  code?: string;
  role: string;
  name?: Name;
  /** An opaque reference into the personnel system, and the template of a link that holds it. */
  ref?: string;
  link?: string;
}

export interface Card extends AreaRef {
  id: number;
  chain?: AreaRef[];
  figures?: Partial<Record<Figure, number>> | null;
  bbox?: [number, number, number, number] | null;
  label?: Point | null;
  neighbours?: AreaRef[];
  children?: number;
  edition?: { id: number } | null;
}

export type Figure =
  | "households"
  | "units"
  | "buildings"
  | "devices"
  | "cameras"
  | "sites"
  | "open_incidents"
  | "area_m2";

export interface Located {
  status: string;
  grid?: AreaRef | null;
  owner?: AreaRef | null;
  chain?: AreaRef[];
  others?: AreaRef[];
  /** Where the point lies to the nearest border, as a sentence by language. */
  text?: Name;
}

export interface Suggestion {
  kind: "grid" | "estate" | "building" | "site";
  code: string;
  name?: Name;
  level?: string;
  context?: string;
  point: Point;
}

export interface SchemeLevel {
  id: string;
  name?: Name;
  kind?: "area" | "building" | "unit";
  partial?: boolean;
}

export interface SchemeNetwork {
  id: string;
  kind: "basic" | "exclusive" | "stacked";
  name?: Name;
  levels: SchemeLevel[];
}

export interface Scheme {
  name?: Name;
  networks: SchemeNetwork[];
  categories?: Category[];
}

/** A category as far as the wall reads it; a scheme may say more. */
export interface Category {
  id?: string;
  code?: string;
  name?: Name;
  due_minutes?: number;
}

export interface IncidentProps {
  code?: string;
  category?: string;
  urgency?: string;
  state?: string;
  /** Seconds since 1970. */
  at: number;
  grid?: string;
  owner?: string;
  owner_name?: Name;
}

export interface IncidentFeature {
  type: "Feature";
  id: number;
  geometry: { type: "Point"; coordinates: Point };
  properties: IncidentProps;
}

export interface IncidentCollection {
  type: "FeatureCollection";
  seq?: number;
  features: IncidentFeature[];
}

export interface TileJSON {
  bounds?: [number, number, number, number];
  vector_layers?: { id: string }[];
}

/** What the body of an answer that is not 2xx says, as far as the page reads it. */
interface Problem {
  detail?: string;
  title?: string;
  /** Of GET /v1/session: whether one can sign in by OpenID Connect. */
  oidc?: boolean;
  /** Of POST /v1/session: why the key opens none; and if it expired, when it did. */
  reason?: string;
  expired?: string;
}

/** An answer that was not 2xx: the status, and the problem's own words where it has any. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** Seconds to wait before another try; 0 where the answer names none. */
    readonly retryAfterS: number,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }
}

/** Whether an answer said that nobody is signed in. */
export const isUnnamed = (problem: unknown): boolean => problem instanceof Refused && problem.status === 401;

/** Whether an answer said that this is not for the caller's eyes, or not there. */
export const isHidden = (problem: unknown): boolean =>
  problem instanceof Refused && (problem.status === 403 || problem.status === 404);

/** Counts the answers that said nobody is signed in. */
export const unnamed = signal(0);

/** get fetches JSON. It throws Refused for an answer that is not 2xx, TypeError when there is none. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await send("GET", path, undefined, signal);
  return answer.json() as Promise<T>;
}

/** send makes a request, with a body of JSON where there is one. It throws as get does. */
export async function send(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  });
  if (answer.ok) return answer;
  if (answer.status === 401) unnamed.value++;
  const problem = (await answer.json().catch(() => undefined)) as Problem | undefined;
  throw new Refused(answer.status, problem ?? {}, Number(answer.headers.get("Retry-After")) || 0);
}

const code = encodeURIComponent;

export const card = (grid: string, signal?: AbortSignal) => get<Card>(`/v1/grids/${code(grid)}`, signal);

/** The areas below one; of a building's code, the stacked grids in it. */
export const children = async (grid: string, signal?: AbortSignal): Promise<AreaRef[]> =>
  (await get<{ children: AreaRef[] }>(`/v1/grids/${code(grid)}/children`, signal)).children;

export const boundary = (grid: string, signal?: AbortSignal) =>
  get<GeoJSON.Feature | GeoJSON.FeatureCollection>(`/v1/grids/${code(grid)}/boundary`, signal);

export const locate = ([lon, lat]: Point, signal?: AbortSignal) =>
  get<Located>(`/v1/locate?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}&crs=wgs84&include=chain`, signal);

export const suggest = async (q: string, signal?: AbortSignal) =>
  (await get<{ suggestions?: Suggestion[] }>(`/v1/suggest?q=${encodeURIComponent(q)}&limit=8`, signal))
    .suggestions ?? [];

export const scheme = () => get<Scheme>("/v1/scheme");
export const incidents = (signal?: AbortSignal) => get<IncidentCollection>("/live/incidents.json", signal);
export const tileset = (id: string) => get<TileJSON>(`/tiles/${code(id)}.json`);

/** The ids of the layers that a tileset has for the caller: none of one that is not for its eyes. */
export async function layersOf(id: string): Promise<ReadonlySet<string>> {
  try {
    const { vector_layers = [] } = await tileset(id);
    return new Set(vector_layers.map((layer) => layer.id));
  } catch (problem) {
    if (isHidden(problem)) return new Set();
    throw problem;
  }
}
