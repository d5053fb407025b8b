import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { curve, curveOf, followHistory, recordedSince } from "../src/lib/history.ts";
import * as state from "../src/lib/state.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = 500_000 * hour + 30 * 60_000; // half past

test("counts by the clock hour, the running one last", () => {
  const at = [now, now - 29 * 60_000, now - 31 * 60_000, now - 23 * hour, now - 24 * hour];
  const { hours, counts } = curveOf(at, now, now - 2 * hour);
  expect(hours.length).toBe(24);
  expect(hours.at(-1)).toBe((500_000 * hour) / 1000);
  expect(counts.at(-1)).toBe(2);
  expect(counts.at(-2)).toBe(1);
  expect(counts[0]).toBe(1);
  expect(counts.reduce((a, b) => a + b)).toBe(4); // what is older belongs to the days before
});

test("the range is of whole days on record, quiet hours included", () => {
  // Ten days: on every day but one, as many reports in the running hour as the day's number.
  const at = Array.from({ length: 10 }, (_, d) =>
    d === 3 ? [] : Array(d + 1).fill(now - (d + 1) * day),
  ).flat();
  const { days, least, most } = curveOf(at, now, now - 12 * day);
  expect(days).toBe(11);
  expect(most.at(-1)).toBe(10);
  expect(least.at(-1)).toBe(0);
  expect(most[0]).toBe(0);
});

test("days before the record began are not taken for quiet ones", () => {
  const at = [now - day, now - day, now - 2 * day];
  const { days, least, most } = curveOf(at, now, now - 3.2 * day);
  expect(days).toBe(2);
  expect([least.at(-1), most.at(-1)]).toEqual([1, 2]);
  expect(curveOf([], now, now).days).toBe(0);
  expect(curveOf([], now, 0).days).toBe(27);
});

describe("the log", () => {
  const all: FakeLog[] = [];
  class FakeLog {
    onerror: (() => void) | null = null;
    closed = false;
    private readonly listeners = new Map<string, (event: MessageEvent) => void>();
    constructor(readonly url: string) {
      all.push(this);
    }
    addEventListener(kind: string, listener: (event: MessageEvent) => void) {
      this.listeners.set(kind, listener);
    }
    close() {
      this.closed = true;
    }
    routed(id: number, atMs: number) {
      const at = new Date(atMs).toISOString();
      const data = JSON.stringify({ time: at, data: { incident: { id, at } } });
      this.listeners.get("incident.routed")?.({ data } as MessageEvent);
    }
  }
  let stop: () => void;
  const total = () => curve.value.counts.reduce((a, b) => a + b);

  beforeEach(() => {
    vi.useFakeTimers({ now });
    vi.stubGlobal("EventSource", FakeLog);
    all.length = 0;
    state.now.value = now;
    state.seq.value = 0;
    stop = followHistory();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("is read once the stream has a number, again if the API was not there yet, and each report counts once", () => {
    expect(all.length).toBe(0);
    state.seq.value = 30_000;
    expect(all[0]?.url).toContain("after=10000");
    all[0]?.onerror?.(); // 502: the API is not up yet
    expect(all[0]?.closed).toBe(true);
    expect(recordedSince.value).toBeUndefined();
    vi.advanceTimersByTime(10_000);
    expect(all.length).toBe(2);
    all[1]?.routed(1, now - 2 * hour);
    all[1]?.routed(1, now - 2 * hour);
    all[1]?.routed(2, now - hour);
    vi.advanceTimersByTime(1_000);
    expect(total()).toBe(2);
    vi.advanceTimersByTime(2_000); // and then there is silence: all of it was read
    expect(all[1]?.closed).toBe(true);
    expect(recordedSince.value).toBe(now - 2 * hour);
    vi.advanceTimersByTime(60_000);
    expect(all.length).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is let go with the page", () => {
    state.seq.value = 5;
    stop();
    expect(all[0]?.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
