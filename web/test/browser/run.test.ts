// What `make run` does once all is built: both servers on one store, the wall's
// address printed, incidents coming in, and a clean end on Ctrl-C.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
let folder: string;
let store: string;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "onegrid-run-"));
  store = join(folder, "city.db");
  await promisify(execFile)(join(root, "bin/geoapi"), ["load", "dragonhill", "--store", `sqlite:${store}`]);
});
afterAll(async () => {
  running?.kill("SIGINT");
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(process.env.ONEGRID_WALL)("starts, reports and stops", async () => {
  const env = { ...process.env, PORT: "0", GEOAPI_PORT: "0" };
  const serve = spawn(join(root, ".ci/serve"), [store], { cwd: root, env });
  running = serve;
  let said = "";
  serve.stdout.on("data", (chunk: Buffer) => (said += chunk));
  serve.stderr.on("data", (chunk: Buffer) => (said += chunk));
  const ended = new Promise<number | null>((done) => serve.once("exit", done));
  const address = (what: string) => new RegExp(`${what}\\s+(http://127\\.0\\.0\\.1:\\d+)`).exec(said)?.[1];

  await expect.poll(() => address("The wall"), { timeout: 60_000 }).toBeDefined();
  const wall = address("The wall") ?? "";
  const api = address("The API") ?? "";
  expect((await fetch(`${wall}/wall`)).status).toBe(200);
  expect((await fetch(`${api}/readyz`)).status).toBe(200);
  const open = async () => {
    const all = (await (await fetch(`${wall}/live/incidents.json`)).json()) as GeoJSON.FeatureCollection;
    return all.features.length;
  };
  await expect.poll(open, { timeout: 90_000, interval: 500 }).toBeGreaterThan(0); // the slow feed

  serve.kill("SIGINT");
  expect(await ended, said).toBe(0);
  for (const url of [wall, api]) await expect(fetch(`${url}/healthz`), `${url} is gone`).rejects.toThrow();
});
