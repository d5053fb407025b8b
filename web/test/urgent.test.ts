// The inset holds still long enough to be read, and never shows what is settled.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Incident } from "../src/lib/incident.ts";
import { incidents } from "../src/lib/state.ts";
import { followUrgent, held, holdMs } from "../src/lib/urgent.ts";

const one = (id: number, more: Partial<Incident> = {}): Incident => ({
  id,
  point: [106.6, 26.6],
  atMs: 1_000 * id,
  category: "lift",
  code: "",
  urgent: true,
  state: "open",
  grid: "g",
  owner: "g",
  ownerName: "",
  ...more,
});
const open = (...all: Incident[]) => {
  incidents.value = new Map(all.map((i) => [i.id, i]));
};
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  open();
  stop = followUrgent();
});
afterEach(() => {
  stop();
  open();
  vi.useRealTimers();
});

test("the first is shown at once, the next not before the hold is over, and then the newest", () => {
  open(one(1));
  expect(held.value?.id).toBe(1);
  vi.advanceTimersByTime(holdMs / 4);
  for (let id = 2; id <= 9; id++) open(...Array.from({ length: id }, (_, i) => one(i + 1)));
  vi.advanceTimersByTime((holdMs * 3) / 4 - 1);
  expect(held.value?.id).toBe(1);
  vi.advanceTimersByTime(1);
  expect(held.value?.id).toBe(9);
});

test("in a storm it changes once in the hold", () => {
  const all = [one(1)];
  open(...all);
  let changes = -1; // subscribing counts as one
  const stopCounting = held.subscribe(() => changes++);
  for (let i = 2; i < 602; i++) {
    all.push(one(i));
    open(...all);
    vi.advanceTimersByTime(100);
  }
  expect(changes).toBe(60_000 / holdMs);
  stopCounting();
});

test("one that is closed or no longer urgent makes room at once", () => {
  open(one(1), one(2));
  open(one(1));
  expect(held.value?.id).toBe(1);
  open(one(1, { urgent: false }));
  expect(held.value).toBeUndefined();
});

test("one that is routed anew is shown as it is now", () => {
  open(one(1));
  open(one(1, { owner: "h" }));
  expect(held.value?.owner).toBe("h");
});

test("leaves no timer behind", () => {
  open(one(1));
  open(one(1), one(2));
  expect(vi.getTimerCount()).toBe(1);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
