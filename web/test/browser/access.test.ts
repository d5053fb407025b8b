// Who may see what, on the real servers: signing in and out, what each role's
// wall shows, and a key that is revoked while its wall is up.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Suggestion } from "../../src/lib/api.ts";
import { axe, hd, labels, launch, onSignIn, openWall, openWallIn, type Wall, watch } from "./browser.ts";
import { type City, startCity } from "./servers.ts";

const ours = !process.env.ONEGRID_WALL; // keys are made for a city of our own
const evil = `<img src=x onerror="window.robbed=1">`;

let city: City;
let browser: Browser;
let community: { code: string; name: { zh: string }; bbox: [number, number, number, number] };
let elsewhere: [number, number]; // in another community
const keys = new Map<string, string>();

beforeAll(async () => {
  if (!ours) return;
  [city, browser] = await Promise.all([startCity("dragonhill"), launch()]);
  await renameGrids(evil);
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
});

const geoapi = (...args: string[]): Promise<string> => {
  if (!city.geoapi) throw new Error("the city is not ours");
  return city.geoapi(...args);
};

/** Gives all grids one name. */
async function renameGrids(name: string): Promise<void> {
  const grids = JSON.parse(
    await geoapi("export", "--as", "grids", "--level", "grid"),
  ) as GeoJSON.FeatureCollection;
  for (const { properties } of grids.features) if (properties) properties.name = name;
  const file = join(city.folder ?? "", "renamed.geojson");
  await writeFile(file, JSON.stringify(grids));
  await geoapi("import", file, "--as", "grids", "--level", "grid", "--accept");
}

/** Makes a key, which the command prints last. */
async function makeKey(role: string, ...more: string[]): Promise<string> {
  const said = await geoapi("key", "create", "--role", role, ...more);
  return said.trim().split("\n").at(-1) ?? "";
}

/** The public part of a key, by which it is revoked. */
const idOf = (key: string) => key.split("_")[1] ?? "";

/** A browser without cookies. */
const stranger = (): Promise<BrowserContext> => browser.newContext({ viewport: hd, locale: "zh-CN" });

/** A browser that a key has signed in. */
async function signedIn(key: string): Promise<BrowserContext> {
  const context = await stranger();
  const answer = await context.request.post(`${city.wall}/v1/session`, { data: { key } });
  expect(answer.status(), await answer.text()).toBe(201);
  return context;
}

/** The sign-in page as somebody comes to it. */
async function openSignIn(query = "", context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await stranger())).newPage();
  await page.goto(`${city.wall}/sign-in?lang=zh${query && `&${query}`}`);
  await page.locator("h1").waitFor();
  return page;
}

async function enter(page: Page, key: string): Promise<void> {
  await page.getByLabel("密钥", { exact: true }).fill(key);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

describe.runIf(ours)("without keys", () => {
  let wall: Wall;

  test("the wall says that there is no access control, and the sign-in page that it is not needed", async () => {
    wall = await openWall(browser, city.wall);
    expect(await wall.page.locator(".open-access").innerText()).toContain("未设访问控制");
    const page = await openSignIn();
    await page.getByRole("button", { name: "继续" }).waitFor();
    expect(await page.locator("input").count()).toBe(0);
    await page.context().close();
    expect(wall.errors).toEqual([]);
  });

  test("the first key closes it: the wall that was open goes to sign in", async () => {
    const answer = await fetch(`${city.wall}/v1/suggest?q=${encodeURIComponent("社区")}&limit=20`);
    const { suggestions } = (await answer.json()) as { suggestions: Suggestion[] };
    const [first, second] = suggestions.filter((s) => s.level === "community");
    if (!first || !second) throw new Error("the city has no two communities");
    elsewhere = second.point;
    const card = await fetch(`${city.wall}/v1/grids/${first.code}`);
    community = (await card.json()) as typeof community;
    expect(community.bbox?.length).toBe(4);

    keys.set("viewer", await makeKey("viewer", "--name", evil));
    await onSignIn(wall.page);
    await wall.page.getByText("系统已启用访问控制").waitFor();
    await wall.page.context().close();
    keys.set("planner", await makeKey("planner", "--name", "规划科"));
    keys.set("wall", await makeKey("wall", "--name", "指挥大厅", "--days", "20"));
    keys.set("operator", await makeKey("operator", "--name", "值班台", "--subtree", community.code));
    keys.set("admin", await makeKey("admin", "--name", "机房", "--days", "40"));
  });
});

describe.runIf(ours)("signing in", () => {
  test("nobody is sent there from the wall, which keeps its settings", async () => {
    const page = await (await stranger()).newPage();
    await page.goto(`${city.wall}/wall?lang=en&layers=borders,names`);
    await onSignIn(page);
    await page.getByRole("heading", { name: "Sign in to onegrid" }).waitFor();
    const to = new URL(page.url()).searchParams.get("to") ?? "";
    expect(to.startsWith("/wall?")).toBe(true);
    expect(new URLSearchParams(to.slice(to.indexOf("?"))).get("layers")).toBe("borders,names");
    await page.context().close();
  });

  test("a wrong key is told so, a right one leads back; neither is anywhere else", async () => {
    const key = keys.get("admin") ?? "";
    const page = await openSignIn(`to=${encodeURIComponent("/wall?test&lang=zh&layers=borders,incidents")}`);
    const urls: string[] = [];
    page.on("request", (request) => urls.push(request.url()));
    const { errors } = watch(page, city.wall);
    await enter(page, "onegrid_aaaaaaaaaa_nothing");
    await page.getByRole("alert").filter({ hasText: "没有这个密钥" }).waitFor();
    expect(errors.length).toBe(1); // the browser's own line about the 401
    expect(await axe(page)).toEqual([]);
    errors.length = 0;
    await enter(page, ` ${key} `);
    await page.waitForURL((url) => url.pathname === "/wall");
    await page.locator(".who").filter({ hasText: "机房" }).waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.ready === "idle");
    expect(new URL(page.url()).searchParams.get("layers")).toBe("incidents,borders");
    expect(urls.filter((url) => url.includes(key))).toEqual([]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerHTML]),
    );
    expect(kept).not.toContain(key);
    expect(kept).not.toContain("onegrid_session"); // the cookie is out of reach
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.each([
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/.//elsewhere.example",
    "javascript:alert(1)",
  ])("%s is no way back", async (to) => {
    const page = await openSignIn(`to=${encodeURIComponent(to)}`);
    await enter(page, keys.get("viewer") ?? "");
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    expect(new URL(page.url()).origin).toBe(city.wall);
    await page.context().close();
  });
});

const all = [
  "事件",
  "网格边界",
  "网格名称",
  "专属网格",
  "小区",
  "楼栋",
  "摄像头与传感器",
  "摄像头视域",
  "场所",
  "道路与水系",
];
const ofInternal = all.filter((name) => !/事件|视域/.test(name));
const ofPublic = ofInternal.filter((name) => !/摄像头/.test(name));

/** What in the top bar lies over its neighbour or beyond the screen. */
function outOfPlace(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const bad: string[] = [];
    let end = 0;
    for (const part of document.querySelectorAll(".top > :not(.edition, .who), .age, .who > *")) {
      const { left, right } = part.getBoundingClientRect();
      const under = part.parentElement?.classList.contains("who") && part.previousElementSibling;
      if (right > innerWidth || (!under && left < end)) bad.push(`${part.className} ${left} ${right}`);
      end = Math.max(end, right);
    }
    return bad;
  });
}

describe.runIf(ours)("what a role sees", () => {
  test.each([
    ["viewer", ofPublic, evil, "查看者"],
    ["planner", ofInternal, "规划科", "规划员"],
    ["wall", all, "指挥大厅", "大屏"],
    ["operator", all, "值班台", "值班员"],
    ["admin", all, "机房", "管理员"],
  ] as const)("%s", async (role, switches, name, called) => {
    const seesIncidents = switches === all;
    const seesDevices = switches !== ofPublic;
    const context = await signedIn(keys.get(role) ?? "");
    const refused: string[] = [];
    context.on("response", (r) => r.status() >= 400 && refused.push(`${r.status()} ${r.url()}`));
    const wall = await openWallIn(context, city.wall);
    const { page } = wall;
    const of = role === "operator" ? ` · ${community.name.zh}` : "";
    await expect.poll(() => page.locator(".who span").innerText()).toBe(`${name} ${called}${of}`);
    await page.getByRole("button", { name: "图层" }).click();
    expect(await page.locator("#layer-switches label").allInnerTexts()).toEqual([...switches]);
    await page.getByRole("button", { name: "图层" }).click();
    expect(await page.locator(".strip").count()).toBe(seesIncidents ? 1 : 0);
    expect(await page.locator(".ending").count()).toBe(role === "wall" ? 1 : 0);

    for (const language of ["中文", "English"]) {
      if (language === "English") await page.getByRole("button", { name: language }).click();
      expect(await outOfPlace(page), language).toEqual([]);
    }
    await page.getByRole("button", { name: "中文" }).click();
    await page.screenshot({ path: `shots/wall-as-${role}.png` });
    await goNear(wall, community.bbox);
    const drawn = await page.evaluate(() =>
      [...new Set(window.onegrid.map.queryRenderedFeatures().map((f) => f.sourceLayer))].sort(),
    );
    expect(drawn).toContain("buildings");
    expect(drawn.includes("devices")).toBe(seesDevices);
    expect(drawn.includes("views")).toBe(seesIncidents);
    await page.getByRole("region", { name: "城市网格地图" }).click({ position: { x: 700, y: 420 } });
    await page.locator(".card .facts").waitFor();
    const facts = await page.locator(".facts dt").allInnerTexts();
    expect(facts).toContain("楼栋");
    expect(facts.includes("未办结")).toBe(seesIncidents);
    expect([facts.includes("摄像头"), facts.includes("设备")]).toEqual([seesDevices, seesDevices]);
    expect(await page.locator(".card .posts").count()).toBe(seesDevices ? 1 : 0);
    expect(refused).toEqual([]);
    expect(wall.errors).toEqual([]);
    expect(wall.strayed).toEqual([]);
    expect(await page.evaluate(() => "robbed" in window)).toBe(false);
    if (role === "wall") expect(await axe(page)).toEqual([]);
    await context.close();
  });

  test("a subtree's wall opens on it, and says nothing is to see beyond, not that something failed", async () => {
    const context = await signedIn(keys.get("operator") ?? "");
    const { page, idle } = await openWallIn(context, city.wall);
    const [west, south, east, north] = (await page.evaluate(() =>
      window.onegrid.map.getBounds().toArray().flat(),
    )) as [number, number, number, number];
    const [w, s, e, n] = community.bbox;
    expect(west <= w && south <= s && east >= e && north >= n, "all of it is in view").toBe(true);
    const share = Math.max((e - w) / (east - west), (n - s) / (north - south));
    expect(share, "and fills it").toBeGreaterThan(0.6);
    await page.evaluate((center) => window.onegrid.map.jumpTo({ center, zoom: 17 }), elsewhere);
    await idle();
    const at = await page.evaluate((point) => window.onegrid.map.project(point), elsewhere);
    await page.getByRole("region", { name: "城市网格地图" }).click({ position: { x: at.x, y: at.y } });
    await page.locator(".card").getByText("此处没有可供查看的信息").waitFor();
    expect(await page.locator(".card").innerText()).not.toContain("暂时读不到");
    await context.close();
  });
});

/** Looks at a place from near, where single things are drawn: the middle of a box, which has buildings. */
async function goNear({ page, idle }: Wall, [w, s, e, n]: [number, number, number, number]): Promise<void> {
  await page.evaluate((center) => window.onegrid.map.jumpTo({ center, zoom: 16.2 }), [
    (w + e) / 2,
    (s + n) / 2,
  ] as [number, number]);
  await idle();
}

describe.runIf(ours)("names", () => {
  test("are text wherever they are shown, also one that is a script", async () => {
    const context = await signedIn(keys.get("admin") ?? "");
    const wall = await openWallIn(context, city.wall);
    const { page } = wall;
    await goNear(wall, community.bbox);
    await expect
      .poll(async () => (await labels(page, ["label-grid"])).map(({ name }) => name), { timeout: 20_000 })
      .toContain(evil);
    await page.getByRole("region", { name: "城市网格地图" }).click({ position: { x: 700, y: 420 } });
    await page.locator(".card h2").filter({ hasText: evil }).waitFor();
    const [lon, lat] = await page.evaluate(() => window.onegrid.map.unproject([700, 420]).toArray());
    const posted = await context.request.post(`${city.wall}/v1/incidents`, {
      data: { point: { lon, lat }, crs: "wgs84", category: "lift", urgency: "urgent" },
    });
    expect(posted.status(), await posted.text()).toBe(201);
    await page.locator(".row-grid").filter({ hasText: evil }).waitFor();
    await page.locator(".inset-head").filter({ hasText: evil }).waitFor();
    await page.getByRole("combobox").fill("<img");
    await page.locator("#found, .search .none").first().waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate(() => "robbed" in window)).toBe(false);
    expect(wall.errors).toEqual([]);
    await context.close();
  });
});

describe.runIf(ours)("the end of a session", () => {
  test("signing out ends it, here and on every other page of it", async () => {
    const context = await signedIn(keys.get("admin") ?? "");
    const { page: other } = await openWallIn(context, city.wall);
    const { page } = await openWallIn(context, city.wall);
    await page.getByRole("button", { name: "退出登录" }).click();
    await onSignIn(page);
    await page.getByText("已退出登录").waitFor();
    await onSignIn(other);
    expect((await context.request.get(`${city.wall}/v1/session`)).status()).toBe(401);
    expect((await context.cookies()).filter(({ name }) => name === "onegrid_session")).toEqual([]);
    await page.goto(`${city.wall}/wall`);
    await onSignIn(page);
    await context.close();
  });

  test("a wall whose key is revoked clears within seconds and stays where it went", async () => {
    const context = await signedIn(keys.get("wall") ?? "");
    const { page } = await openWallIn(context, city.wall);
    await page.locator(".row").first().waitFor();
    const visited: string[] = [];
    page.on("framenavigated", (frame) => visited.push(new URL(frame.url()).pathname));
    const before = Date.now();
    await geoapi("key", "revoke", idOf(keys.get("wall") ?? ""));
    await page.waitForFunction(() => !document.querySelector("canvas, .row, .card"), undefined, {
      polling: 20,
    });
    await onSignIn(page);
    const tookMs = Date.now() - before;
    console.log(`revoked to cleared: ${tookMs} ms`);
    expect(tookMs).toBeLessThan(5_000);
    await page.getByText("此前的登录已失效").waitFor();
    await page.waitForTimeout(3_000);
    expect(visited).toEqual(["/sign-in"]);
    await enter(page, keys.get("wall") ?? "");
    await page.getByRole("alert").filter({ hasText: "已被撤销" }).waitFor();
    await context.close();
  });

  test("too many tries are told how long to wait", async () => {
    const page = await openSignIn();
    const wait = page.getByRole("alert").filter({ hasText: "秒后重试" });
    for (let i = 0; i < 15 && !(await wait.isVisible()); i++) {
      const answered = page.waitForResponse("**/v1/session");
      await enter(page, `onegrid_aaaaaaaaaa_${i}`);
      await answered;
      await page.getByRole("alert").filter({ hasText: "。" }).waitFor();
    }
    await wait.waitFor();
    expect(await page.getByRole("button", { name: "登录", exact: true }).isDisabled()).toBe(true);
    await page.context().close();
  });
});
