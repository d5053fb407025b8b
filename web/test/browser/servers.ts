// The real servers on a store of their own, for tests that look at the wall from
// outside: ../bin/geoapi and ../bin/tiles, as `make` builds them. With
// ONEGRID_WALL=http://127.0.0.1:PORT the tests look at a wall that runs already;
// those that must stop a server are skipped then.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../../..");
const bin = (name: string) => join(root, "bin", name);
const readyMs = 90_000;

/** A running server and the address that it printed. */
export interface Server {
  url: string;
  stop(): Promise<void>;
}

export interface City {
  wall: string;
  /** Runs a geoapi command on the city's store and returns what it printed. Absent for a wall that runs already. */
  geoapi?: (...args: string[]) => Promise<string>;
  /** A folder for a test's files. */
  folder?: string;
  /** Stops `tiles`; the returned function starts it again at the same address. Absent for a wall that runs already. */
  stopTiles?: () => Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** An issuer of OpenID Connect that runs, as a scheme names it. */
export interface Issuer extends Server {
  /** What a scheme says to take its tokens by rules of the test's. */
  takenBy(rules: object[]): object;
}

/**
 * startIssuer builds and starts the issuer of the Go tests. It goes by the name
 * localhost, and the servers by 127.0.0.1: to a browser these are two sites.
 */
export async function startIssuer(): Promise<Issuer> {
  const folder = await mkdtemp(join(tmpdir(), "onegrid-issuer-"));
  const program = join(folder, "issuer");
  await promisify(execFile)("go", ["build", "-o", program, "./geo/access/accesstest/issuer"], { cwd: root });
  const { url, stop } = await start(program, []);
  return {
    url,
    takenBy: (rules) => ({ issuer: url, client_id: "onegrid", rules }),
    async stop() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** startCity loads a reference city into a new store, with more in its scheme if there is, and serves it. */
export async function startCity(name: string, more?: object): Promise<City> {
  const running = process.env.ONEGRID_WALL;
  if (running) return { wall: running.replace(/\/(wall)?$/, ""), stop: async () => {} };
  for (const program of ["geoapi", "tiles"]) {
    if (!existsSync(bin(program))) throw new Error(`${bin(program)} is missing: run make build`);
  }
  const folder = await mkdtemp(join(tmpdir(), "onegrid-wall-"));
  const store = `sqlite:${join(folder, "city.db")}`;
  const run = async (...args: string[]) =>
    (await promisify(execFile)(bin("geoapi"), [...args, "--store", store], { maxBuffer: 1 << 28 })).stdout;
  await run("load", name);
  if (more) {
    const file = join(folder, "scheme.json");
    await writeFile(file, JSON.stringify({ ...JSON.parse(await run("scheme", "show")), ...more }));
    await run("scheme", "set", file);
  }
  const geoapi = await start(bin("geoapi"), ["serve", "--store", store, "--listen", "127.0.0.1:0"]);
  const serveTiles = (listen: string) =>
    start(bin("tiles"), ["serve", "--store", store, "--listen", listen, "--geoapi", geoapi.url]);
  let tiles = await serveTiles("127.0.0.1:0");
  return {
    wall: tiles.url,
    geoapi: run,
    folder,
    async stopTiles() {
      const { host } = new URL(tiles.url);
      await tiles.stop();
      return async () => {
        tiles = await serveTiles(host);
      };
    },
    async stop() {
      await tiles.stop();
      await geoapi.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a server and waits for the line with its address. */
async function start(program: string, args: string[]): Promise<Server> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise<string>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`${program} was not ready in time: ${said}`)), readyMs);
    const hear = (chunk: Buffer) => {
      said += chunk;
      const found = /http:\/\/(127\.0\.0\.1|localhost):\d+/.exec(said.replaceAll(args.at(-1) ?? "\0", ""));
      if (!found) return;
      clearTimeout(timer);
      done(found[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(new Error(`${program} ended with ${code}: ${said}`));
    });
  });
  return { url, stop: () => stopChild(child) };
}

/** Stops a server as an operator does. It must end by itself, and well. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", (code, signal) => done(code ?? signal)));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const how = await ended;
  clearTimeout(timer);
  if (how !== 0) throw new Error(`${child.spawnfile} ended with ${how} when it was told to stop`);
}
