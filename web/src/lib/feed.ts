// Ties the stream to the page's state. Events come one by one and are applied in
// batches, at most ten times a second: a storm of a hundred a second must not
// draw the queue a hundred times.
import { batch } from "@preact/signals";
import * as api from "./api.ts";
import { askAgain, sees } from "./caller.ts";
import { fromFeature, type Incident } from "./incident.ts";
import { follow, type Kind } from "./live.ts";
import * as state from "./state.ts";

const applyEveryMs = 100;
/** The stream comes from `tiles`, the scheme from the API behind it, which may be up later. */
const schemeRetryMs = 5_000;

/** How many unacknowledged newcomers pulse at most; beyond it the oldest fall silent. */
const freshAtMost = 12;

/** Tells the map which tiles of a tileset changed; undefined means all. */
export type TilesChanged = (
  tileset: string,
  revision: string,
  tiles: { z: number; x: number; y: number }[] | undefined,
) => void;

interface Hello {
  now?: string;
  city?: { name?: string | Record<string, string> };
  edition?: { id: number; effective_from?: string };
  tilesets?: Record<string, string>;
}

interface Tick {
  age_s?: number;
  now?: string;
}

interface IncidentEvent {
  op: "put" | "delete";
  feature: api.IncidentFeature;
}

interface TilesEvent {
  tileset: string;
  revision: string;
  tiles: [number, number, number][] | "all";
}

/** startFeed follows the stream until the returned function is called. */
export function startFeed(onTiles: TilesChanged): () => void {
  const changes = new IncidentChanges();
  let snapshot: AbortController | undefined;
  let schemeTimer: ReturnType<typeof setTimeout> | undefined;

  /** Reads the open incidents afresh; what the stream brings meanwhile waits and is applied on top. */
  const readIncidents = async () => {
    snapshot?.abort();
    if (!sees("restricted")) return;
    const mine = new AbortController();
    snapshot = mine;
    changes.hold();
    for (let waitMs = 500; !mine.signal.aborted; waitMs = Math.min(waitMs * 2, 8_000)) {
      try {
        const all = await api.incidents(mine.signal);
        if (!mine.signal.aborted) changes.reset(all);
        return;
      } catch {
        await new Promise((done) => setTimeout(done, waitMs));
      }
    }
  };

  const readScheme = async () => {
    clearTimeout(schemeTimer);
    try {
      state.scheme.value = await api.scheme();
    } catch {
      schemeTimer = setTimeout(readScheme, schemeRetryMs); // until then names of levels and categories are bare ids
    }
  };

  const on = (kind: Kind, data: unknown, seq: number) =>
    batch(() => {
      state.connected.value = true;
      if (seq) state.seq.value = seq;
      switch (kind) {
        case "hello":
          hear(data as Hello, 0);
          takeHello(data as Hello, onTiles);
          void readIncidents();
          void readScheme();
          break;
        case "tick":
          hear(data as Tick, (data as Tick).age_s ?? 0);
          break;
        case "incident":
          changes.add(data as IncidentEvent, seq);
          break;
        case "edition":
          takeHello(data as Hello, onTiles);
          break;
        case "tiles": {
          const { tileset, revision, tiles } = data as TilesEvent;
          onTiles(tileset, revision, tiles === "all" ? undefined : tiles.map(([z, x, y]) => ({ z, x, y })));
          break;
        }
      }
    });

  const onLost = () => {
    state.connected.value = false;
    askAgain(); // a stream ends when its caller is no longer let in
  };
  const stop = follow("/live", { on, onLost });
  return () => {
    stop();
    clearTimeout(schemeTimer);
    snapshot?.abort();
    changes.stop();
  };
}

function hear({ now }: { now?: string }, lagS: number): void {
  const atMs = Date.now();
  const server = Date.parse(now ?? "");
  state.heard.value = {
    atMs,
    lagS,
    skewMs: Number.isFinite(server) ? server - atMs : (state.heard.value?.skewMs ?? 0),
  };
}

function takeHello({ city, edition, tilesets, ...rest }: Hello, onTiles: TilesChanged): void {
  if (city?.name) state.cityName.value = city.name;
  const flat = rest as { id?: number; effective_from?: string }; // `edition` events carry the edition flat
  const told = edition ?? (flat.id ? { id: flat.id, effective_from: flat.effective_from } : undefined);
  if (told) {
    state.edition.value = told.effective_from
      ? { id: told.id, effectiveFrom: new Date(told.effective_from) }
      : { id: told.id };
  }
  for (const [tileset, revision] of Object.entries(tilesets ?? {})) onTiles(tileset, revision, undefined);
}

/** Incident events on their way into the state. */
class IncidentChanges {
  private waiting: { event: IncidentEvent; seq: number }[] = [];
  private held = true; // until the first snapshot
  private timer: ReturnType<typeof setTimeout> | undefined;
  private began = false;

  add(event: IncidentEvent, seq: number): void {
    this.waiting.push({ event, seq });
    this.plan();
  }

  hold(): void {
    this.held = true;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Takes a snapshot; waiting events that it already holds are dropped by their number. */
  reset({ features, seq = 0 }: api.IncidentCollection): void {
    const before = state.incidents.value;
    const all = new Map(features.map((f) => [f.id, fromFeature(f)]));
    // After a gap in the stream, what is new in the snapshot came while nobody could see it.
    const news = this.began ? [...all.keys()].filter((id) => !before.has(id)) : [];
    this.began = true;
    this.held = false;
    this.waiting = this.waiting.filter((w) => w.seq === 0 || w.seq > seq);
    batch(() => {
      state.incidents.value = all;
      mark(news, (id) => all.has(id));
    });
    this.plan();
  }

  private plan(): void {
    if (this.held || this.timer || this.waiting.length === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.held) this.apply();
    }, applyEveryMs);
  }

  private apply(): void {
    const all = new Map<number, Incident>(state.incidents.value);
    const news: number[] = [];
    for (const { event } of this.waiting.splice(0)) {
      const incident = fromFeature(event.feature);
      if (event.op === "delete" || incident.state === "closed") {
        all.delete(incident.id);
        continue;
      }
      if (!all.has(incident.id)) news.push(incident.id);
      all.set(incident.id, incident);
    }
    batch(() => {
      state.incidents.value = all;
      mark(news, (id) => all.has(id));
    });
  }
}

/** Adds newcomers to those that pulse and drops those that are gone. */
function mark(news: number[], there: (id: number) => boolean): void {
  const next = [...state.fresh.value, ...news].filter(there).slice(-freshAtMost);
  state.fresh.value = new Set(next);
}
