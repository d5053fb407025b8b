// What the top bar says of who is signed in: a name is text, a key's end is told
// in time, and a sign-out that did not work is not claimed.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { caller } from "../src/lib/caller.ts";
import { lang } from "../src/lib/i18n.ts";
import type { Session } from "../src/lib/session.ts";
import { now } from "../src/lib/state.ts";
import { Who } from "../src/wall/Who.tsx";

let root: HTMLElement;
let ended: number;
const onLeave = vi.fn();
const settle = () => new Promise((done) => setTimeout(done, 60));
const say = () => root.textContent ?? "";

async function show(who: Partial<Session>): Promise<void> {
  caller.value = { open: false, classes: ["public"], ...who };
  render(<Who onLeave={onLeave} />, root);
  await settle();
}

beforeEach(() => {
  lang.value = "en";
  ended = 204;
  onLeave.mockReset();
  vi.stubGlobal("fetch", async (path: string, { method }: RequestInit) => {
    if (method === "DELETE") {
      if (ended === 0) throw new TypeError("nobody answers");
      return { ok: ended < 400, status: ended, headers: new Headers(), json: async () => ({}) };
    }
    if (path !== "/v1/grids/c1")
      return { ok: false, status: 404, headers: new Headers(), json: async () => ({}) };
    return { ok: true, json: async () => ({ code: "c1", name: { en: "East Street" } }) };
  });
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  caller.value = undefined;
  lang.value = "zh";
  now.value = Date.now();
  vi.unstubAllGlobals();
});

test("tells the key's name as text, its role, and its area by name", async () => {
  await show({ name: "<b>desk</b>", role: "operator", subtree: "c1" });
  expect(say()).toContain("<b>desk</b> Operator · East Street");
  expect(root.querySelector("b b")).toBeNull();
});

test("an area that cannot be read is told by its code, a role that is new by its own name", async () => {
  await show({ id: "k1", role: "auditor", subtree: "c9" });
  expect(say()).toContain("k1 auditor · c9");
});

test("an account of the issuer names nobody, and is called one", async () => {
  await show({ id: "wu2g4jamjb", name: "", account: true, role: "operator" });
  expect(say()).toContain("Organisation account Operator");
  expect(say()).not.toContain("wu2g4jamjb");
});

test("no access control is told instead of a name", async () => {
  await show({ open: true, id: "local", role: "admin" });
  expect(say()).toBe("No access control · this machine only");
});

test("a key's last month is told with the date, and its last day", async () => {
  const hall = {
    name: "hall",
    role: "wall",
    expires: "2026-11-23T20:00:00Z",
    warning: "in words of the server",
  };
  const key_ends = new Date(2026, 11, 10, 9).toISOString();
  now.value = new Date(2026, 10, 23, 22).getTime();
  await show({ ...hall, key_ends });
  expect(say()).toContain("Key expires 2026-12-10, 17 days left");
  now.value = new Date(2026, 11, 9, 23).getTime();
  await settle();
  expect(say()).toContain("Key expires tomorrow");
  now.value = new Date(2026, 11, 10, 1).getTime();
  await settle();
  expect(say()).toContain("Key expires today");
  const { warning: _, ...unwarned } = hall;
  await show({ ...unwarned, key_ends });
  expect(root.querySelector(".ending")).toBeNull();
});

test.each([
  [204, true],
  [401, true], // it was over already
  [503, false],
  [0, false],
])("signing out is done when the server says so: %i", async (status, left) => {
  await show({ name: "desk", role: "operator" });
  ended = status;
  root.querySelector("button")?.click();
  await settle();
  expect(onLeave).toHaveBeenCalledTimes(left ? 1 : 0);
  expect(say().includes("Not signed out")).toBe(!left);
});
