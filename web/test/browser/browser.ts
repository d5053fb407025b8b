// A real Chromium, and the wall in it. Everything that a test must never see is
// collected while the page lives: requests to elsewhere, errors, breaches of the
// content policy.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Map as MapLibre } from "maplibre-gl";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type * as State from "../../src/lib/state.ts";

declare global {
  interface Window {
    onegrid: { map: MapLibre; state: typeof State };
  }
}

const args = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

export interface Wall {
  page: Page;
  /** Requests that left the origin. */
  strayed: string[];
  /** What the console called an error, policy breaches among it. */
  errors: string[];
  /** Waits until the map has drawn all it has to. */
  idle(): Promise<void>;
}

export interface Screen {
  width: number;
  height: number;
}

export const hd: Screen = { width: 1920, height: 1080 };
export const uhd: Screen = { width: 3840, height: 2160 };

/** Opens the wall of a server, in Chinese unless the query says otherwise, and waits until it is drawn. */
export async function openWall(browser: Browser, origin: string, query = "", screen = hd): Promise<Wall> {
  return openWallIn(await browser.newContext({ viewport: screen }), origin, query);
}

/** The same for whom a context's cookies say. */
export async function openWallIn(context: BrowserContext, origin: string, query = ""): Promise<Wall> {
  const page = await context.newPage();
  const { strayed, errors } = watch(page, origin);
  const isIdle = () =>
    document.documentElement.dataset.ready === "idle" && window.onegrid.map.areTilesLoaded();
  const idle = async () => {
    do {
      await page.waitForFunction(isIdle, undefined, { timeout: 60_000 });
      await page.waitForTimeout(300); // names are put on the map when it has come to rest, and stir it again
    } while (!(await page.evaluate(isIdle)));
  };
  await page.goto(`${origin}/wall?test&lang=zh${query && `&${query}`}`);
  await idle();
  return { page, strayed, errors, idle };
}

/** Collects what a page must never do. */
export function watch(page: Page, origin: string): Pick<Wall, "strayed" | "errors"> {
  const strayed: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) strayed.push(url);
  });
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return { strayed, errors };
}

/** What axe finds wrong with a page. */
export async function axe(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`);
}

/** Waits until a page is the sign-in page. */
export const onSignIn = (page: Page): Promise<void> =>
  page.waitForURL((url) => url.pathname === "/sign-in", { timeout: 10_000 });

/** The names that the map shows in some layers, with the code of what they name. */
export function labels(
  page: Page,
  layers: string[],
): Promise<{ code: string; name: string; at: [number, number] }[]> {
  return page.evaluate((layers) => {
    const found = window.onegrid.map.queryRenderedFeatures({ layers });
    return found.map((f) => ({
      code: String(f.properties.code),
      name: String(f.properties.name),
      at: (f.geometry as GeoJSON.Point).coordinates as [number, number],
    }));
  }, layers);
}

/** How many colours a coarse copy of the map's canvas has: one is a blank map. */
export function colours(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        const { map } = window.onegrid;
        map.once("render", () => {
          const small = document.createElement("canvas");
          small.width = small.height = 200;
          const pen = small.getContext("2d");
          if (!pen) return done(0);
          pen.drawImage(map.getCanvas(), 0, 0, 200, 200);
          const { data } = pen.getImageData(0, 0, 200, 200);
          const seen = new Set<number>();
          for (let i = 0; i < data.length; i += 4) {
            seen.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
          }
          done(seen.size);
        });
        map.triggerRepaint();
      }),
  );
}
