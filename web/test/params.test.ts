import { expect, test } from "vitest";
import { readParams, type Switch, switches, writeParams } from "../src/lib/params.ts";

test("reads what it understands and leaves out the rest", () => {
  expect(readParams("?view=106.62,26.6,14.5&layers=names,base,nonsense&lang=en&grid=520115&test")).toEqual({
    view: { lon: 106.62, lat: 26.6, zoom: 14.5 },
    layers: new Set(["names", "base"]),
    lang: "en",
    grid: "520115",
    test: true,
  });
  expect(readParams("?view=1,2&lang=fr")).toEqual({ test: false });
  expect(readParams("?view=x,26,14")).toEqual({ test: false });
  expect(readParams("?view=181,26,14")).toEqual({ test: false });
  expect(readParams("?layers=").layers).toEqual(new Set());
});

test("what it writes it reads back, and what it does not know it keeps", () => {
  const now = {
    view: { lon: 106.62123, lat: -26.60001, zoom: 14.25 },
    layers: new Set<Switch>(["borders", "incidents"]),
    lang: "zh" as const,
    grid: "520115001002003",
  };
  const query = writeParams("?screen=7&test", now);
  expect(query).toContain("screen=7");
  expect(query).not.toContain("%2C");
  expect(readParams(query)).toEqual({ ...now, test: true });
  const all = writeParams(query, { ...now, layers: new Set(switches), grid: undefined });
  expect(all).not.toMatch(/layers|grid/);
});
