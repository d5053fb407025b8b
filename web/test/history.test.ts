import { expect, test } from "vitest";
import { curveOf } from "../src/lib/history.ts";

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
