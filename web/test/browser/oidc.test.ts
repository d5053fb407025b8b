// Signing in with an account of one's own organisation, at an issuer that is
// another site to the browser: there, back to where one came from, and out again;
// and what a person reads who is not let in.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axe, hd, launch, onSignIn, watch } from "./browser.ts";
import { type City, type Issuer, startCity, startIssuer } from "./servers.ts";

const ours = !process.env.ONEGRID_WALL; // the scheme is of our own making

let issuer: Issuer;
let city: City;
let browser: Browser;

beforeAll(async () => {
  if (!ours) return;
  issuer = await startIssuer();
  const oidc = issuer.takenBy([
    { claim: "groups", value: "desk", role: "operator" },
    { claim: "groups", value: "staff", role: "viewer" },
  ]);
  [city, browser] = await Promise.all([startCity("dragonhill", { access: { oidc } }), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await city?.stop();
  await issuer?.stop();
});

const stranger = (locale = "zh-CN"): Promise<BrowserContext> => browser.newContext({ viewport: hd, locale });

/** Comes to a page that needs a name, and goes on to the issuer's page. */
async function goToIssuer(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(city.wall + path);
  await onSignIn(page);
  await page.getByRole("link", { name: /单位账号|organisation's account/ }).click();
  await page.waitForURL((url) => url.origin === issuer.url);
  return page;
}

/** Agrees there, as somebody of some groups. */
async function agree(page: Page, groups: string): Promise<void> {
  await page.getByLabel("Groups").fill(groups);
  await page.getByRole("button", { name: "Agree" }).click();
}

const onWall = (page: Page) => page.waitForURL((url) => url.href.startsWith(`${city.wall}/wall`));

/** What the address of the wall says of itself. */
const says = (page: Page, what: string) => new URL(page.url()).searchParams.get(what);

describe.runIf(ours)("an account", () => {
  test("leads back to the very wall that one came for, as whom the rules say; and signing out ends it", async () => {
    const context = await stranger();
    const page = await goToIssuer(context, "/wall?test&lang=en&layers=borders,names");
    const { strayed, errors } = watch(page, city.wall);
    await agree(page, "staff");
    await onWall(page);
    await page.locator(".who").filter({ hasText: "Organisation account Viewer" }).waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.ready === "idle");
    expect([says(page, "layers"), says(page, "lang")]).toEqual(["borders,names", "en"]);
    await page.getByRole("button", { name: "Layers" }).click();
    const switches = await page.locator("#layer-switches label").allInnerTexts();
    expect(switches).toContain("Buildings");
    expect(switches).not.toContain("Incidents");
    expect(switches).not.toContain("Cameras and sensors");
    expect(await page.locator(".strip").count()).toBe(0);
    expect(strayed.filter((url) => !url.startsWith(issuer.url))).toEqual([]);
    expect(errors).toEqual([]);

    const cookies = await context.cookies(city.wall);
    const [session] = cookies;
    expect(cookies.map(({ name }) => name)).toEqual(["onegrid_session"]); // of the sign-in none is left
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
    const copied = { headers: { Cookie: `onegrid_session=${session?.value}` } };
    expect((await fetch(`${city.wall}/tiles`, copied)).status).toBe(200);
    await page.getByRole("button", { name: "Sign out" }).click();
    await onSignIn(page);
    await page.getByText("You are signed out.").waitFor();
    expect(await context.cookies(city.wall)).toEqual([]);
    for (const path of ["/tiles", "/v1/scheme", "/v1/session"]) {
      expect((await fetch(city.wall + path, copied)).status, path).toBe(401);
    }
    await context.close();
  });

  test("of the desk sees incidents, and comes back in the language chosen on the way", async () => {
    const context = await stranger();
    const page = await context.newPage();
    await page.goto(`${city.wall}/wall?lang=zh`);
    await onSignIn(page);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("link", { name: "organisation's account" }).click();
    await agree(page, "desk staff"); // the first rule that fits
    await onWall(page);
    await page.locator(".who").filter({ hasText: "Operator" }).waitFor();
    await page.locator(".strip").waitFor();
    await context.close();
  });

  test("that no rule admits is told so on a page, in both languages, and another may try from there", async () => {
    const context = await stranger();
    const page = await goToIssuer(context, "/wall?lang=zh&layers=borders");
    const { errors } = watch(page, city.wall);
    await agree(page, "guests");
    await onSignIn(page);
    await page.getByText("您的单位账号没有进入本系统的权限").waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByText("Your account is not let in here").waitFor();
    expect(await page.evaluate(() => document.contentType)).toBe("text/html");
    expect(await context.cookies(city.wall)).toEqual([]);
    expect(errors.filter((text) => !text.includes("401"))).toEqual([]); // that nobody is signed in
    await page.getByRole("link", { name: "organisation's account" }).click();
    await agree(page, "staff");
    await onWall(page);
    await page.locator(".who").filter({ hasText: "Viewer" }).waitFor();
    expect([says(page, "layers"), says(page, "lang")]).toEqual(["borders", "en"]);
    await context.close();
  });

  test("that somebody did not want to use after all leads to the form again", async () => {
    const context = await stranger("en-GB");
    const page = await goToIssuer(context, "/wall?lang=en");
    await page.getByRole("button", { name: "Refuse" }).click();
    await onSignIn(page);
    await page.getByText("was not finished").waitFor();
    await page.getByLabel("Key", { exact: true }).waitFor();
    await context.close();
  });

  test("is not used for whom another browser sends", async () => {
    const attacker = await stranger();
    const theirs = await goToIssuer(attacker, "/wall");
    let callback = "";
    await theirs.route(`${issuer.url}/authorize**`, async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      callback = answer.headers().location ?? "";
      return route.abort();
    });
    await theirs.getByLabel("Groups").fill("desk");
    await theirs.getByRole("button", { name: "Agree" }).click();
    await expect.poll(() => callback).toContain("code=");
    const victim = await stranger();
    const page = await victim.newPage();
    await page.goto(callback);
    await onSignIn(page);
    await page.getByText("未完成或已超时").waitFor();
    expect(await victim.cookies(city.wall)).toEqual([]);
    await Promise.all([attacker.close(), victim.close()]);
  });
});

describe.runIf(ours)("no way back", () => {
  const evil = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
  ];

  test.each(evil.slice(1, 3))("is %s from the sign-in page", async (to) => {
    const context = await stranger();
    const page = await goToIssuer(context, `/sign-in?lang=zh&to=${encodeURIComponent(to)}`);
    await agree(page, "staff");
    await onWall(page);
    await page.locator(".who").filter({ hasText: "查看者" }).waitFor();
    await context.close();
  });

  test.each(evil)("is %s from a link that begins by itself", async (to) => {
    const context = await stranger();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${city.wall}/v1/session/oidc?to=${encodeURIComponent(to)}`);
    await onSignIn(page);
    await page.getByText("登录没有成功").waitFor();
    expect(asked.filter((url) => !url.startsWith(`${city.wall}/`))).toEqual([]);
    await context.close();
  });
});
