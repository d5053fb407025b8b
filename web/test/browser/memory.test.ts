// A wall runs for weeks: what it holds after a thousand reports and twenty lost
// streams must be what it held before. Runs with ONEGRID_LONG=1 only.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, openWall } from "./browser.ts";
import { type City, startCity } from "./servers.ts";

const long = Boolean(process.env.ONEGRID_LONG) && !process.env.ONEGRID_WALL; // it stops the server
let city: City;
let browser: Browser;

beforeAll(async () => {
  if (long) [city, browser] = await Promise.all([startCity("dragonhill"), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
});

test.runIf(long)(
  "the page's memory is flat over reports and lost streams",
  async () => {
    const { page } = await openWall(browser, city.wall);
    const cdp = await page.context().newCDPSession(page);
    const heap = async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      const { usedSize } = await cdp.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners } = await cdp.send("Memory.getDOMCounters");
      return { megabytes: usedSize / 1e6, nodes, listeners: jsEventListeners };
    };
    const answer = await fetch(`${city.wall}/v1/suggest?q=${encodeURIComponent("网格")}&limit=40`);
    const { suggestions } = (await answer.json()) as { suggestions: { point: [number, number] }[] };
    const post = (path: string, body: unknown) =>
      fetch(`${city.wall}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }).then((r) => r.json() as Promise<{ id: number }>);

    const round = async (reports: number) => {
      for (let i = 0; i < reports; i++) {
        const [lon, lat] = suggestions[i % suggestions.length]?.point ?? [0, 0];
        const { id } = await post("/v1/incidents", { point: { lon, lat }, crs: "wgs84", category: "noise" });
        await post(`/v1/incidents/${id}/state`, { state: "closed" });
      }
      for (let i = 0; i < 5; i++) {
        const startAgain = await city.stopTiles?.();
        await page.waitForFunction(() => !window.onegrid.state.connected.value, undefined, {
          timeout: 30_000,
        });
        await startAgain?.();
        await page.waitForFunction(() => window.onegrid.state.connected.value, undefined, {
          timeout: 30_000,
        });
      }
      await page.waitForTimeout(2_000);
      return heap();
    };
    await round(250); // what is made once is made now
    const before = await round(250);
    await round(250);
    const after = await round(250);
    console.log("before", before, "after", after);
    // The times of reports are kept for the curve: some tens of bytes each.
    expect(after.megabytes - before.megabytes).toBeLessThan(3);
    expect(after.nodes).toBeLessThan(before.nodes + 100);
    expect(after.listeners).toBeLessThan(before.listeners + 20);
  },
  600_000,
);
