// Pictures of the wall for a person to look at, in web/shots: the default city at
// three zooms, on both screens.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { colours, hd, labels, launch, openWall, type Screen, uhd } from "./browser.ts";
import { type City, startCity } from "./servers.ts";

const shots = resolve(import.meta.dirname, "../../shots");

let city: City;
let browser: Browser;
let centre: [number, number];

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  [city, browser] = await Promise.all([startCity("lakeside"), launch()]);
  const { bounds } = (await (await fetch(`${city.wall}/tiles/grids.json`)).json()) as { bounds: number[] };
  const [w = 0, s = 0, e = 0, n = 0] = bounds;
  centre = [(w + e) / 2, (s + n) / 2];
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
});

const zooms: [string, number | undefined, string][] = [
  ["city", undefined, "label-street"],
  ["community", 14.5, "label-community"],
  ["near", 16.6, "label-grid"],
];
const screens: [string, Screen][] = [
  ["1080p", hd],
  ["4k", uhd],
];
const all = screens.flatMap(([screen, size]) => zooms.map((zoom) => [screen, ...zoom, size] as const));

test.each(all)("%s, %s", async (screen, name, zoom, layer, size) => {
  const view = zoom ? `view=${centre[0]},${centre[1]},${zoom}` : "";
  const { page, errors, strayed } = await openWall(browser, city.wall, view, size);
  try {
    await page.getByText("数据实时").waitFor();
    expect(await colours(page)).toBeGreaterThan(20);
    expect((await labels(page, [layer])).length).toBeGreaterThan(0);
    const canvas = await page.evaluate(() => window.onegrid.map.getCanvas().width);
    expect(canvas, "the map is drawn at the screen's own resolution").toBe((size.width * 2840) / 3840);
    await page.screenshot({ path: `${shots}/wall-${name}-${screen}.png` });
    expect(errors).toEqual([]);
    expect(strayed).toEqual([]);
  } finally {
    await page.close();
  }
});
