// When incidents were reported, over the last four weeks: read once from the log
// of events, and carried on by the incidents that the page sees arrive. For the
// wall's curve; the log is the only record of those that are closed by now.
import { computed, effect, signal, untracked } from "@preact/signals";
import { incidents, minute, seq, serverNow } from "./state.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weeksMs = 28 * dayMs;

/** How many changes back the log is read at most. At a hundred reports a day this is some three months. */
const changesBack = 20_000;
/** The log has been read when nothing has come for this long. */
const quietMs = 1_500;
const gatherMs = 250;
/** Until the log is asked again where it could not be read: the wall may be up before the API is. */
const retryMs = 5_000;

/** The times of reports, ms since 1970, by incident. */
const times = signal<ReadonlyMap<number, number>>(new Map());

/** Since when reports are on record; undefined before the log was read. */
export const recordedSince = signal<number | undefined>();

interface RoutedEvent {
  time: string;
  data: { incident?: { id: number; at: string } };
}

/** Follows the history until the returned function is called. */
export function followHistory(): () => void {
  let stopReading: (() => void) | undefined;
  const stopStart = effect(() => {
    if (seq.value > 0 && !stopReading)
      stopReading = untracked(() => readLog(Math.max(0, seq.value - changesBack)));
  });
  const stopArrivals = effect(() => {
    const all = incidents.value;
    untracked(() => add([...all.values()].map(({ id, atMs }) => [id, atMs])));
  });
  return () => {
    stopStart();
    stopArrivals();
    stopReading?.();
  };
}

function add(news: [number, number][]): void {
  const fresh = news.filter(([id]) => !times.value.has(id));
  if (fresh.length === 0) return;
  const from = serverNow.value - weeksMs - dayMs; // forget what no curve will show again
  times.value = new Map([...times.value, ...fresh].filter(([, atMs]) => atMs >= from));
}

/** Reads the log after a number up to its end, trying until that is done or the returned function is called. */
function readLog(after: number): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined; // until the log counts as read, or is asked again
  let gather: ReturnType<typeof setInterval> | undefined;
  let gathered: [number, number][] = [];
  let first: number | undefined;
  const flush = () => {
    add(gathered);
    gathered = [];
  };
  const close = () => {
    clearTimeout(timer);
    clearInterval(gather);
    source?.close();
    flush();
  };
  const done = () => {
    close();
    recordedSince.value ??= first ?? Date.now();
  };
  const open = () => {
    source = new EventSource(`/v1/events?kinds=incident.routed&after=${after}`);
    timer = setTimeout(done, quietMs * 4);
    gather = setInterval(flush, gatherMs);
    source.addEventListener("incident.routed", ({ data }: MessageEvent<string>) => {
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
      const { time, data: body } = JSON.parse(data) as RoutedEvent;
      first ??= Date.parse(time);
      if (body.incident) gathered.push([body.incident.id, Date.parse(body.incident.at)]);
    });
    source.addEventListener("reload", done); // the log no longer reaches back so far
    source.onerror = () => {
      close();
      timer = setTimeout(open, retryMs);
    };
  };
  open();
  return close;
}

export interface Curve {
  /** The beginnings of 24 clock hours, seconds since 1970; the last is the running one. */
  hours: number[];
  counts: number[];
  /** The least and most of the same clock hours on the days before that are on record. */
  least: number[];
  most: number[];
  /** How many such days there are. */
  days: number;
}

/** Counts reports by the clock hour: the last 24, and the range of the days before. */
export function curveOf(atMs: Iterable<number>, nowMs: number, sinceMs: number): Curve {
  const lastHour = Math.floor(nowMs / hourMs);
  const byHour = new Map<number, number>();
  for (const at of atMs) {
    const hour = Math.floor(at / hourMs);
    byHour.set(hour, (byHour.get(hour) ?? 0) + 1);
  }
  const hours = Array.from({ length: 24 }, (_, i) => lastHour - 23 + i);
  const firstWhole = Math.ceil(sinceMs / hourMs); // an hour half on record would read as a quiet one
  const days = Math.max(0, Math.min(27, Math.floor((lastHour - 23 - firstWhole) / 24)));
  const before = hours.map((hour) =>
    Array.from({ length: days }, (_, day) => byHour.get(hour - 24 * (day + 1)) ?? 0),
  );
  return {
    hours: hours.map((hour) => (hour * hourMs) / 1000),
    counts: hours.map((hour) => byHour.get(hour) ?? 0),
    least: before.map((counts) => Math.min(...counts)),
    most: before.map((counts) => Math.max(...counts)),
    days,
  };
}

/** The curve of now, anew with each report and each minute. */
export const curve = computed<Curve>(() =>
  curveOf(times.value.values(), minute.value + 59_999, recordedSince.value ?? serverNow.peek()),
);
