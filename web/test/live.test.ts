// The stream: it must come back after every kind of loss, ever more slowly, and
// must leave nothing behind.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { follow, type Kind, silenceMs } from "../src/lib/live.ts";

class FakeSource {
  static all: FakeSource[] = [];
  onerror: (() => void) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();
  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }
  addEventListener(kind: string, listener: (event: MessageEvent) => void) {
    this.listeners.set(kind, listener);
  }
  close() {
    this.closed = true;
  }
  say(kind: Kind, data: unknown, id = "") {
    this.listeners.get(kind)?.({ data: JSON.stringify(data), lastEventId: id } as MessageEvent);
  }
  static get last(): FakeSource {
    const last = FakeSource.all.at(-1);
    if (!last) throw new Error("no stream was opened");
    return last;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  vi.stubGlobal("EventSource", FakeSource);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const steady = () => 0.5; // the middle of the jitter: waits are as written

test("hands on events with their number", () => {
  const on = vi.fn();
  const stop = follow("/live", { on, onLost: vi.fn() }, steady);
  FakeSource.last.say("hello", { seq: 5 }, "5");
  FakeSource.last.say("tick", { now: 1 });
  expect(on.mock.calls).toEqual([
    ["hello", { seq: 5 }, 5],
    ["tick", { now: 1 }, 0],
  ]);
  stop();
});

test("comes back after an error, each time later, up to a cap; a word resets the wait", () => {
  const onLost = vi.fn();
  const stop = follow("/live", { on: vi.fn(), onLost }, steady);
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    const before = FakeSource.all.length;
    FakeSource.last.onerror?.();
    let waited = 0;
    while (FakeSource.all.length === before) {
      vi.advanceTimersByTime(100);
      waited += 100;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([400, 800, 1600, 3200, 6400, 8000, 8000]);
  expect(onLost).toHaveBeenCalledTimes(7);
  FakeSource.last.say("hello", {});
  FakeSource.last.onerror?.();
  vi.advanceTimersByTime(400);
  expect(FakeSource.all.length).toBe(9);
  stop();
});

test("silence counts as loss", () => {
  const onLost = vi.fn();
  const stop = follow("/live", { on: vi.fn(), onLost }, steady);
  vi.advanceTimersByTime(silenceMs - 1);
  FakeSource.last.say("tick", {});
  vi.advanceTimersByTime(silenceMs - 1);
  expect(onLost).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onLost).toHaveBeenCalledTimes(1);
  expect(FakeSource.all[0]?.closed).toBe(true);
  stop();
});

test("leaves no stream and no timer behind", () => {
  const stop = follow("/live", { on: vi.fn(), onLost: vi.fn() }, steady);
  for (let i = 0; i < 50; i++) {
    FakeSource.last.onerror?.();
    vi.advanceTimersByTime(10_000);
  }
  expect(FakeSource.all.filter((s) => !s.closed).length).toBeLessThanOrEqual(1);
  stop();
  expect(FakeSource.all.every((s) => s.closed)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
