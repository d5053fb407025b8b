// The wall as a duty officer uses it, on the real servers.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axe, colours, labels, launch, openWall, type Wall } from "./browser.ts";
import { type City, startCity } from "./servers.ts";

let city: City;
let browser: Browser;
let wall: Wall;

beforeAll(async () => {
  [city, browser] = await Promise.all([startCity("dragonhill"), launch()]);
  wall = await openWall(browser, city.wall);
  await wall.page.evaluate(() => Object.assign(window, { sameDocument: true })); // gone after a reload
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
});

/** A place inside the jurisdiction: the middle of what the wall shows first is not always. */
async function somewhere(): Promise<[number, number]> {
  return wall.page.evaluate(() => {
    const [label] = window.onegrid.map.querySourceFeatures("onepicture", { sourceLayer: "labels" });
    if (label?.geometry.type !== "Point") throw new Error("there is no label to take a place from");
    return label.geometry.coordinates as [number, number];
  });
}

async function goTo(center: [number, number], zoom: number): Promise<void> {
  await wall.page.evaluate((view) => window.onegrid.map.jumpTo(view), { center, zoom });
  await wall.idle();
}

async function report([lon, lat]: [number, number], more = {}): Promise<{ id: number; code?: string }> {
  const answer = await fetch(`${city.wall}/v1/incidents`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ point: { lon, lat }, crs: "wgs84", category: "noise", ...more }),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return answer.json() as Promise<{ id: number }>;
}

describe("the picture", () => {
  test("is drawn: colours, and each name once", async () => {
    expect(await colours(wall.page)).toBeGreaterThan(20);
    const layers = ["label-district", "label-street", "label-community", "label-grid"];
    const shown = await labels(wall.page, layers);
    expect(shown.length).toBeGreaterThan(3);
    for (const { name } of shown) expect(name).not.toBe("");
    const codes = shown.map((label) => label.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test("tells the city, the edition and how fresh the data is", async () => {
    await wall.page.getByText("数据实时").waitFor();
    expect(await wall.page.locator("h1").innerText()).not.toBe("");
    expect(await wall.page.locator(".edition").innerText()).toContain("第 1 版");
    expect(await wall.page.locator(".clock").innerText()).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  test("scales with the screen: no text below the floor", async () => {
    const small = await wall.page.evaluate(() =>
      [...document.querySelectorAll("body *")]
        .filter(
          (e) =>
            e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent?.trim()),
        )
        .map((e) => [e.className, Number.parseFloat(getComputedStyle(e).fontSize)] as const)
        .filter(([, px]) => px < 20),
    );
    expect(small).toEqual([]);
  });

  test("axe finds nothing", async () => {
    expect(await axe(wall.page)).toEqual([]);
  });
});

describe("incidents", () => {
  test("one that is posted appears without a reload, in the queue and on the map", async () => {
    const at = await somewhere();
    const before = Date.now();
    const { id } = await report(at);
    await wall.page.waitForFunction((id) => window.onegrid.state.incidents.value.has(id), id, {
      polling: 20,
    });
    const tookMs = Date.now() - before;
    console.log(`posted to seen: ${tookMs} ms`);
    expect(tookMs).toBeLessThan(2_000); // half a second on a machine that has nothing else to do
    expect(await wall.page.locator(".row").count()).toBeGreaterThan(0);
    await wall.page.locator(".main-map .pulse").first().waitFor();
    await goTo(at, 16);
    const drawn = await wall.page.evaluate(() =>
      window.onegrid.map.queryRenderedFeatures({ layers: ["incidents"] }).map((f) => f.id),
    );
    expect(drawn).toContain(id);
    expect(await wall.page.evaluate(() => "sameDocument" in window)).toBe(true);
  });

  test("pulses until it is acknowledged, by a click on its row", async () => {
    const pulses = wall.page.locator(".main-map .pulse");
    expect(await pulses.count()).toBe(1);
    await wall.page.locator(".row").first().click();
    await expect.poll(() => pulses.count()).toBe(0);
    await wall.page.locator(".card h2").waitFor();
    await wall.page.keyboard.press("Escape");
    await expect.poll(() => wall.page.locator(".card").count()).toBe(0);
  });

  test("an urgent one opens the inset", async () => {
    await report(await somewhere(), { category: "elevator", urgency: "urgent" });
    await wall.page.locator(".inset canvas").waitFor();
    expect(await wall.page.locator(".inset-head").innerText()).toContain("elevator");
    expect(await wall.page.locator(".row-age").first().getAttribute("class")).toContain("urgent");
  });
});

describe("the card", () => {
  test("opens on a click, with the grid that answers there", async () => {
    const at = await somewhere();
    await goTo(at, 17);
    await wall.page.getByRole("region", { name: "城市网格地图" }).click({ position: { x: 700, y: 420 } });
    await wall.page.locator(".card h2").waitFor();
    const clicked = await wall.page.evaluate(() => window.onegrid.map.unproject([700, 420]).toArray());
    const answer = await fetch(`${city.wall}/v1/locate?lon=${clicked[0]}&lat=${clicked[1]}&crs=wgs84`);
    const { grid } = (await answer.json()) as { grid: { code: string } };
    expect(await wall.page.locator(".card .code").innerText()).toBe(grid.code);
    expect(await wall.page.locator(".facts dd").count()).toBeGreaterThanOrEqual(6);
    await expect
      .poll(() =>
        wall.page.evaluate(
          () => window.onegrid.map.queryRenderedFeatures({ layers: ["selected-edge"] }).length,
        ),
      )
      .toBeGreaterThan(0);
  });

  test("leads to a neighbour and up the chain, and closes with Escape", async () => {
    const code = wall.page.locator(".card .code");
    const first = await code.innerText();
    await wall.page.locator(".card .links .link").first().click();
    await expect.poll(() => code.innerText()).not.toBe(first);
    await wall.page.locator(".card .chain .link").first().click();
    await expect.poll(() => wall.page.locator(".card .chain").count()).toBe(0); // the top has no chain
    await wall.page.locator(".card .close").focus();
    await wall.page.keyboard.press("Escape");
    await expect.poll(() => wall.page.locator(".card").count()).toBe(0);
  });
});

describe("finding and switching", () => {
  test("search by keyboard flies to a grid, by name and by code", async () => {
    await goTo(await somewhere(), 16);
    const [grid] = await labels(wall.page, ["label-grid"]);
    if (!grid) throw new Error("no grid's label is in view");
    const box = wall.page.getByRole("combobox");
    for (const text of [grid.name, grid.code]) {
      await wall.page.evaluate(() => window.onegrid.map.setZoom(11));
      await box.fill(text);
      await wall.page.locator(`[role=option]`).first().waitFor();
      await box.press("Enter");
      await expect.poll(() => wall.page.locator(".card .code").innerText(), { timeout: 10_000 }).not.toBe("");
      await expect
        .poll(() => wall.page.evaluate(() => window.onegrid.map.getZoom()), { timeout: 20_000 })
        .toBeGreaterThan(14);
    }
    expect(await wall.page.locator(".card .code").innerText()).toBe(grid.code);
    await wall.page.evaluate(() => window.onegrid.state.closeCard());
  });

  test("layers go and come, and the address remembers them", async () => {
    const drawn = () =>
      wall.page.evaluate(() => window.onegrid.map.getLayoutProperty("buildings", "visibility") !== "none");
    await wall.page.getByRole("button", { name: "图层" }).click();
    const box = wall.page.getByRole("checkbox", { name: "楼栋" });
    await box.uncheck();
    await expect.poll(drawn).toBe(false);
    expect(new URL(wall.page.url()).searchParams.get("layers")?.split(",")).not.toContain("buildings");
    await box.check();
    await expect.poll(drawn).toBe(true);
    await box.press("Escape");
  });

  test("the language changes everything, the map's names too", async () => {
    await wall.page.getByRole("button", { name: "English" }).click();
    expect(await wall.page.getByRole("button", { name: "Layers" }).isVisible()).toBe(true);
    expect(await wall.page.evaluate(() => document.documentElement.lang)).toBe("en");
    expect(await wall.page.evaluate(() => window.onegrid.map.getGlobalState().lang)).toBe("en");
    await wall.page.getByRole("button", { name: "中文" }).click();
    expect(await wall.page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
  });
});

describe("editions", () => {
  test("a new one is on the wall at once, without a reload: its number, and its names on the map", async (context) => {
    if (!city.geoapi || !city.folder) return context.skip("the city at ONEGRID_WALL is not ours to change");
    await goTo(await somewhere(), 16);
    const [shown] = await labels(wall.page, ["label-grid"]);
    if (!shown) throw new Error("no grid's label is drawn");
    await goTo(shown.at, 16); // at the edge, other labels might take its place
    const grids = JSON.parse(
      await city.geoapi("export", "--as", "grids", "--level", "grid"),
    ) as GeoJSON.FeatureCollection;
    const grid = grids.features.find((f) => f.properties?.code === shown.code);
    if (!grid?.properties) throw new Error(`the export has no grid ${shown.code}`);
    grid.properties.name = "改名网格";
    const file = join(city.folder, "grids.geojson");
    await writeFile(file, JSON.stringify(grids));
    await city.geoapi("import", file, "--as", "grids", "--level", "grid", "--accept");
    await expect
      .poll(() => wall.page.locator(".edition").innerText(), { timeout: 5_000 })
      .toContain("第 2 版");
    await expect
      .poll(() => labels(wall.page, ["label-grid"]), { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ code: shown.code, name: "改名网格" }));
    expect(await wall.page.evaluate(() => "sameDocument" in window)).toBe(true);
  });
});

describe("faults", () => {
  test("a server that stops is told plainly; when it is back the wall goes on by itself", async (context) => {
    if (!city.stopTiles) return context.skip("the wall at ONEGRID_WALL is not ours to stop");
    const errorsBefore = wall.errors.length;
    const startAgain = await city.stopTiles();
    const bar = wall.page.locator(".stale");
    await bar.waitFor({ timeout: 15_000 });
    expect(await bar.innerText()).toContain("数据已停止更新");
    await startAgain();
    await bar.waitFor({ state: "detached", timeout: 20_000 });
    const { id } = await report(await somewhere());
    await wall.page.waitForFunction((id) => window.onegrid.state.incidents.value.has(id), id, {
      timeout: 5_000,
    });
    wall.errors.splice(errorsBefore); // the browser itself calls refused connections errors
  });

  test("a wall that is up before the API learns of the city by itself", async () => {
    await wall.page.goto("about:blank"); // two walls at once are much to draw without a graphics card
    const page = await browser.newPage();
    await page.route("**/v1/**", (route) => route.fulfill({ status: 502, json: { detail: "not up yet" } }));
    await page.goto(`${city.wall}/wall?test&lang=zh`);
    const hatched = () =>
      page.evaluate(
        () => window.onegrid?.map.getStyle()?.layers.filter((l) => l.id.endsWith("-hatch")).length ?? -1,
      );
    await expect.poll(hatched, { timeout: 60_000 }).toBe(0); // the map is there, the exclusive network is not
    await page.unroute("**/v1/**");
    await expect.poll(hatched, { timeout: 60_000 }).toBeGreaterThan(0);
    await expect.poll(() => page.locator("main > .map-scaled canvas.maplibregl-canvas").count()).toBe(1);
    await page.close();
  });

  test("no request left the origin, and nothing went wrong unseen", () => {
    expect(wall.strayed).toEqual([]);
    expect(wall.errors).toEqual([]);
  });
});
