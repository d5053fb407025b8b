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
let centre: [number, number]; // of the picture from near: a place where people live

beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  [city, browser] = await Promise.all([startCity("lakeside"), launch()]);
  const estates = await places("小区");
  centre = estates[estates.length >> 1] ?? [0, 0];
  await report(estates);
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
});

/** Places in the city, by what the search finds for a word. */
async function places(word: string): Promise<[number, number][]> {
  const answer = await fetch(`${city.wall}/v1/suggest?q=${encodeURIComponent(word)}&limit=100`);
  const { suggestions } = (await answer.json()) as { suggestions: { point: [number, number] }[] };
  return suggestions.map((s) => s.point);
}

/** Gives the pictures something to show: a report at each place, every seventh urgent, over the last hours. */
async function report(at: [number, number][]): Promise<void> {
  const categories = ["noise", "parking", "refuse", "leak", "street-light", "dispute", "greenery"];
  for (const [i, [lon, lat]] of at.entries()) {
    const urgent = i % 14 === 0;
    const answer = await fetch(`${city.wall}/v1/incidents`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        point: { lon, lat },
        crs: "wgs84",
        category: urgent ? "lift" : categories[i % categories.length],
        urgency: urgent ? "urgent" : "normal",
        at: new Date(Date.now() - (i * i * 7 + 40) * 1000).toISOString(),
      }),
    });
    expect(answer.status).toBe(201);
  }
}

const zooms: [string, number | undefined, string][] = [
  ["city", undefined, "label-street"],
  ["community", 14.5, "label-community"],
  ["near", 16.4, "label-grid"],
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
