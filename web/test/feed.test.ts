// From the stream into the state: batches, snapshots, and events that cross them.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { IncidentFeature } from "../src/lib/api.ts";
import { caller } from "../src/lib/caller.ts";
import { startFeed } from "../src/lib/feed.ts";
import * as state from "../src/lib/state.ts";

let emit: (kind: string, data: unknown, id?: number) => void;
let lose: () => void;
let snapshots: (() => Promise<unknown>)[];
let stop: () => void;
let apiUp: boolean;
const onTiles = vi.fn();

const feature = (id: number, more = {}): IncidentFeature => ({
  type: "Feature",
  id,
  geometry: { type: "Point", coordinates: [106.6, 26.6] },
  properties: { at: 1_700_000_000, category: "noise", state: "open", grid: "g", ...more },
});
const snapshot = (seq: number, ...ids: number[]) => ({
  type: "FeatureCollection",
  seq,
  features: ids.map((id) => feature(id)),
});
const ids = () => [...state.incidents.value.keys()].sort();

beforeEach(() => {
  vi.useFakeTimers();
  snapshots = [];
  apiUp = true;
  vi.stubGlobal(
    "EventSource",
    class {
      onerror: (() => void) | null = null;
      private readonly listeners = new Map<string, (e: MessageEvent) => void>();
      constructor() {
        emit = (kind, data, id) =>
          this.listeners.get(kind)?.({
            data: JSON.stringify(data),
            lastEventId: id ? String(id) : "",
          } as MessageEvent);
        lose = () => this.onerror?.();
      }
      addEventListener(kind: string, listener: (e: MessageEvent) => void) {
        this.listeners.set(kind, listener);
      }
      close() {}
    },
  );
  vi.stubGlobal("fetch", async (path: string) => {
    const body =
      path === "/live/incidents.json" ? await snapshots.shift()?.() : apiUp ? { networks: [] } : undefined;
    if (body === undefined) throw new TypeError("the server is away");
    return { ok: true, json: async () => body };
  });
  caller.value = { open: false, classes: ["public", "internal", "restricted"] };
  state.incidents.value = new Map();
  state.fresh.value = new Set();
  onTiles.mockReset();
  stop = startFeed(onTiles);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("hello brings the city, the edition, the revisions and the open incidents", async () => {
  snapshots.push(async () => snapshot(10, 1, 2));
  emit("hello", {
    seq: 10,
    city: { name: { zh: "湖滨新区" } },
    edition: { id: 3, effective_from: "2026-11-01T00:00:00Z" },
    tilesets: { onepicture: "7" },
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(state.edition.value?.id).toBe(3);
  expect(state.cityName.value).toEqual({ zh: "湖滨新区" });
  expect(onTiles).toHaveBeenCalledWith("onepicture", "7", undefined);
  expect(ids()).toEqual([1, 2]);
  expect(state.fresh.value.size).toBe(0); // what was open before the page came does not pulse
});

test("events that overtake the snapshot are applied once, in order, and only if they are newer", async () => {
  let answer: (body: unknown) => void = () => {};
  snapshots.push(() => new Promise((done) => (answer = done)));
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(0);
  emit("incident", { op: "delete", feature: feature(1) }, 12); // the snapshot is older: 1 is still in it
  emit("incident", { op: "put", feature: feature(5) }, 11); // the snapshot has it
  emit("incident", { op: "put", feature: feature(6) }, 13);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ids()).toEqual([]); // held until the snapshot is there
  answer(snapshot(11, 1, 5));
  await vi.advanceTimersByTimeAsync(150);
  expect(ids()).toEqual([5, 6]);
  expect([...state.fresh.value]).toEqual([6]);
});

test("a storm is applied in batches, within half a second", async () => {
  snapshots.push(async () => snapshot(10));
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(0);
  let changes = 0;
  const stopCounting = state.incidents.subscribe(() => changes++);
  for (let i = 0; i < 500; i++) emit("incident", { op: "put", feature: feature(100 + i) }, 100 + i);
  await vi.advanceTimersByTimeAsync(500);
  expect(state.incidents.value.size).toBe(500);
  expect(changes).toBeLessThanOrEqual(3);
  expect(state.fresh.value.size).toBe(12);
  stopCounting();
});

test("a closed incident leaves, and no longer pulses", async () => {
  snapshots.push(async () => snapshot(10));
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(0);
  emit("incident", { op: "put", feature: feature(7) }, 11);
  await vi.advanceTimersByTimeAsync(150);
  expect([...state.fresh.value]).toEqual([7]);
  emit("incident", { op: "put", feature: feature(7, { state: "closed" }) }, 12);
  await vi.advanceTimersByTimeAsync(150);
  expect(ids()).toEqual([]);
  expect(state.fresh.value.size).toBe(0);
});

test("after a loss the snapshot is read again, until it is there; what came meanwhile pulses", async () => {
  snapshots.push(async () => snapshot(10, 1));
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(0);
  lose();
  expect(state.connected.value).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  emit("hello", { seq: 20 }); // and the first tries to read the snapshot fail
  await vi.advanceTimersByTimeAsync(300);
  expect(ids()).toEqual([1]);
  snapshots.push(async () => snapshot(20, 1, 9));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(state.connected.value).toBe(true);
  expect(ids()).toEqual([1, 9]);
  expect([...state.fresh.value]).toEqual([9]);
});

test("changed tiles are handed on by tileset", () => {
  emit("tiles", { tileset: "incidents", revision: "4", tiles: [[13, 6521, 3460]] });
  emit("tiles", { tileset: "base", revision: "5", tiles: "all" });
  expect(onTiles.mock.calls).toEqual([
    ["incidents", "4", [{ z: 13, x: 6521, y: 3460 }]],
    ["base", "5", undefined],
  ]);
});

test("who may not see incidents does not ask for them", async () => {
  caller.value = { open: false, classes: ["public", "internal"] };
  snapshots.push(async () => snapshot(10, 1));
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(snapshots.length).toBe(1); // nobody took it
});

test("the scheme is asked for until it is there", async () => {
  state.scheme.value = undefined;
  apiUp = false;
  emit("hello", { seq: 10 });
  await vi.advanceTimersByTimeAsync(12_000);
  expect(state.scheme.value).toBeUndefined();
  apiUp = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state.scheme.value).toBeDefined();
});

test("leaves no timer behind", async () => {
  apiUp = false;
  emit("hello", { seq: 10 }); // nothing can be read
  await vi.advanceTimersByTimeAsync(1_000);
  stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(vi.getTimerCount()).toBe(0);
});
