// What the page knows, as signals. The components only read it; it is written by
// feed.ts (what the servers say) and by the actions below (what a person does).
import { computed, signal } from "@preact/signals";
import type { Category, Located, Scheme, SchemeLevel, SchemeNetwork } from "./api.ts";
import { byWeight, type Incident, markOf } from "./incident.ts";
import { type Switch, switches } from "./params.ts";

export interface Edition {
  id: number;
  effectiveFrom?: Date;
}

/** The last that was heard from the stream. Times are of the page's own clock, ms since 1970. */
export interface Heard {
  atMs: number;
  /** How far the server's clock is ahead of the page's. */
  skewMs: number;
  /** How far the data that the server shows lies behind the store, in seconds. */
  lagS: number;
}

export const scheme = signal<Scheme | undefined>();
export const cityName = signal<Record<string, string> | string>("");
export const edition = signal<Edition | undefined>();
export const seq = signal(0);
export const heard = signal<Heard | undefined>();
export const connected = signal(false);

/** The page's clock in ms since 1970, once a second. */
export const now = signal(Date.now());

/** Keeps the clock going until the returned function is called. */
export function followClock(): () => void {
  const clock = setInterval(() => (now.value = Date.now()), 1000);
  return () => clearInterval(clock);
}

/** The time on the server's clock: what ages are measured by, and what the wall's clock shows. */
export const serverNow = computed(() => now.value + (heard.value?.skewMs ?? 0));

export const incidents = signal<ReadonlyMap<number, Incident>>(new Map());

/** Incidents that came while the page looked on and that nobody here has acknowledged: they pulse. */
export const fresh = signal<ReadonlySet<number>>(new Set());

export const on = signal<ReadonlySet<Switch>>(new Set(switches));

/** The code of the area whose card is open. */
export const selected = signal<string | undefined>();

/** What the person pointed at, beside the card: an incident, or a spot and what the service said of it. */
export interface Spot {
  incident?: number;
  located?: Located;
  /** The card is of an area above the spot's own grid. */
  zoomedOut?: boolean;
  /** The building there, where it holds grids by floor. */
  tower?: string;
  failed?: boolean;
  /** It lies outside of what the caller may see. */
  hidden?: boolean;
}
export const spot = signal<Spot | undefined>();

export const categories = computed<ReadonlyMap<string, Category>>(
  () => new Map((scheme.value?.categories ?? []).map((c) => [c.id ?? c.code ?? "", c])),
);

const isArea = (level: SchemeLevel) => !level.kind || level.kind === "area";

/** The drawn levels of the basic network, from the top. */
export const levels = computed<SchemeLevel[]>(
  () => scheme.value?.networks.find((n) => n.kind === "basic")?.levels.filter(isArea) ?? [],
);

export const exclusives = computed<SchemeNetwork[]>(
  () => scheme.value?.networks.filter((n) => n.kind === "exclusive") ?? [],
);

/** The time on the server's clock to the minute, so that what hangs on it is not made anew every second. */
export const minute = computed(() => Math.floor(serverNow.value / 60_000) * 60_000);

export const sorted = computed<Incident[]>(() =>
  [...incidents.value.values()].sort(byWeight(categories.value, minute.value)),
);

export const tally = computed(() => {
  const marks = { open: 0, overdue: 0, urgent: 0, unplaced: 0 };
  for (const incident of incidents.value.values()) {
    const mark = markOf(incident, categories.value, minute.value);
    if (mark !== "open") marks[mark]++;
    if (!incident.owner) marks.unplaced++;
    marks.open++;
  }
  return marks;
});

/** Whether the scheme sets any category a time: without one nothing is ever overdue, and the wall does not claim so. */
export const knowsOverdue = computed(() => [...categories.value.values()].some((c) => c.due_minutes));

/** The newest urgent incident; undefined while there is none. */
export const newestUrgent = computed(() => sorted.value.find((i) => i.urgent));

export function acknowledge(id: number): void {
  if (!fresh.value.has(id)) return;
  const rest = new Set(fresh.value);
  rest.delete(id);
  fresh.value = rest;
}

export function flip(name: Switch): void {
  const next = new Set(on.value);
  if (!next.delete(name)) next.add(name);
  on.value = next;
}

export function closeCard(): void {
  selected.value = undefined;
  spot.value = undefined;
}
