// Who looks at the page: asked when it matters, left when nobody is signed in,
// and a service that is away is no reason to leave.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { get, unnamed } from "../src/lib/api.ts";
import { askAgain, caller, followCaller, known, sees } from "../src/lib/caller.ts";
import { endingOf } from "../src/lib/session.ts";

type Answer = [status: number, body?: unknown];
const operator = {
  open: false,
  name: "desk",
  role: "operator",
  classes: ["public", "internal", "restricted"],
};
const layers = (...ids: string[]): Answer => [200, { vector_layers: ids.map((id) => ({ id })) }];

let session: Answer;
let devices: Answer;
let incidents: Answer;
let asked: string[];
let stop: () => void;
const onGone = vi.fn<(was: boolean) => void>();

beforeEach(() => {
  vi.useFakeTimers();
  caller.value = undefined;
  asked = [];
  onGone.mockReset();
  session = [200, operator];
  devices = layers("devices", "views");
  incidents = layers("incidents", "incident_counts");
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const [status, body] =
      path === "/v1/session" ? session : path === "/tiles/devices.json" ? devices : incidents;
    if (status === 0) throw new TypeError("nobody answers");
    return { ok: status < 400, status, headers: new Headers(), json: async () => body };
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (ms = 1_000) => vi.advanceTimersByTimeAsync(ms);
const start = async () => {
  stop = followCaller(onGone);
  await settle();
};

test("tells what the caller may see, and nothing before that is known", async () => {
  session = [200, { ...operator, role: "planner", classes: ["public", "internal"] }];
  stop = followCaller(onGone);
  expect([known.value, sees("public")]).toEqual([false, false]);
  await settle();
  expect(["public", "internal", "restricted"].map((c) => sees(c as "public"))).toEqual([true, true, false]);
});

test("nobody leaves at once, without having been anybody", async () => {
  session = [401, { oidc: true }];
  await start();
  expect(onGone.mock.calls).toEqual([[false]]);
});

test("leaves once when a key is revoked, whichever way that shows", async () => {
  await start();
  session = [401];
  askAgain();
  askAgain();
  unnamed.value++;
  await settle(60_000);
  expect(onGone.mock.calls).toEqual([[true]]);
  expect(vi.getTimerCount()).toBe(0);
});

test("answers that nobody can read do not make it ask without end", async () => {
  await start();
  session = [401, null];
  devices = incidents = [401, "?"];
  const before = asked.length;
  askAgain();
  await settle(10_000);
  expect(asked.length - before).toBeLessThan(5);
  expect(onGone).toHaveBeenCalledTimes(1);
});

test("an answer 401 to anything has the page ask who one is; it stays if one is somebody", async () => {
  await start();
  const before = asked.length;
  incidents = [401]; // from a server that has not heard of the session yet
  await expect(get("/v1/grids/a")).rejects.toThrow();
  await settle();
  expect(asked.slice(before)).toEqual(["/v1/grids/a", "/v1/session"]);
  expect(onGone).not.toHaveBeenCalled();
});

test("who asks too often, or by a wrong name of the host, is not nobody", async () => {
  await start();
  for (const status of [403, 429]) {
    session = [status];
    askAgain();
    await settle();
  }
  expect(onGone).not.toHaveBeenCalled();
  expect(caller.value?.name).toBe("desk");
});

test("an answer that comes after the page was left moves nobody", async () => {
  session = [401];
  stop = followCaller(onGone);
  stop();
  await settle();
  expect(asked).toEqual(["/v1/session"]);
  expect(onGone).not.toHaveBeenCalled();
});

test("while the service is away the tiles tell what may be seen", async () => {
  session = [502];
  devices = layers("device_counts");
  incidents = [403];
  await start();
  expect(sees("public")).toBe(true);
  expect(sees("internal")).toBe(false);
  expect(sees("restricted")).toBe(false);
  session = [200, operator];
  await settle(11_000);
  expect(caller.value?.name).toBe("desk");
  expect(sees("restricted")).toBe(true);
});

test("the tiles know, too, who is not let in any more", async () => {
  await start();
  session = [502];
  incidents = devices = [401];
  askAgain();
  await settle();
  expect(onGone.mock.calls).toEqual([[true]]);
  expect(vi.getTimerCount()).toBe(0);
});

test("with nobody there it goes on asking, and what was known stays", async () => {
  await start();
  session = devices = incidents = [0];
  askAgain();
  await settle(60_000);
  expect(onGone).not.toHaveBeenCalled();
  expect(sees("restricted")).toBe(true);
  expect(asked.filter((path) => path === "/v1/session").length).toBeLessThan(10);
});

test("asks now and then, so that a wall learns of its key's last month", async () => {
  await start();
  const at = new Date(2026, 11, 10, 9);
  session = [200, { ...operator, warning: "soon", key_ends: at.toISOString() }];
  await settle(11 * 60_000);
  const ending = (...now: [number, number, number, number]) =>
    endingOf(caller.value ?? { open: true }, new Date(...now).getTime());
  expect(ending(2026, 10, 23, 12)).toEqual({ at, days: 17 });
  expect(ending(2026, 11, 9, 23)?.days).toBe(1);
  expect(ending(2026, 11, 10, 0)?.days).toBe(0);
  expect(endingOf({ open: false }, 0)).toBeUndefined();
});
