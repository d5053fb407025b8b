// The sign-in page: what it sends, where it keeps the key (nowhere), and what it
// says when it does not work.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused } from "../src/lib/api.ts";
import { lang } from "../src/lib/i18n.ts";
import { troubleOf } from "../src/sign-in/KeyForm.tsx";
import { SignIn } from "../src/sign-in/SignIn.tsx";

interface Answer {
  status: number;
  body?: unknown;
  wait?: string;
}

let root: HTMLElement;
let who: Answer;
let opened: Answer;
let sent: { method: string; path: string; body: unknown }[];
const onDone = vi.fn();
const settle = (ms = 1) => vi.advanceTimersByTimeAsync(ms);
const field = () => root.querySelector("input") as HTMLInputElement;
const words = () => root.querySelector("[role=alert]")?.textContent ?? "";
const button = () => root.querySelector("[type=submit]") as HTMLButtonElement;

async function show(why?: "ended" | "out"): Promise<void> {
  render(<SignIn why={why} to={() => `/wall?lang=${lang.value}`} onDone={onDone} />, root);
  await settle(200);
}

async function send(key: string): Promise<void> {
  field().value = key;
  root.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  lang.value = "en";
  who = { status: 401 };
  opened = { status: 200, body: {} };
  sent = [];
  onDone.mockReset();
  localStorage.clear();
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit) => {
    sent.push({ method, path, body });
    const { status, body: said, wait } = method === "POST" ? opened : who;
    if (status === 0) throw new TypeError("nobody answers");
    const headers = new Headers(wait ? { "Retry-After": wait } : {});
    return { ok: status < 400, status, headers, json: async () => said };
  });
  root = document.body.appendChild(document.createElement("div"));
});
afterEach(() => {
  render(null, root);
  root.remove();
  lang.value = "zh";
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a key goes into the body, trimmed, and stays nowhere", async () => {
  await show();
  expect(field().type).toBe("password");
  expect(field().getAttribute("autocomplete")).toBe("off");
  expect(field().name).toBe(""); // a form that is sent by the browser itself carries nothing
  await send("  onegrid_a_b\t");
  expect(sent.at(-1)).toEqual({ method: "POST", path: "/v1/session", body: '{"key":"onegrid_a_b"}' });
  expect(onDone).toHaveBeenCalledTimes(1);
  expect(field().value).toBe("");
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("onegrid_a_b");
  expect(location.href).not.toContain("onegrid_a_b");
});

test.each<[string, Answer, RegExp]>([
  ["a wrong key", { status: 401, body: { reason: "unknown" } }, /no such key/],
  [
    "an expired key",
    { status: 401, body: { reason: "expired", expired: new Date(2026, 9, 1, 8).toISOString() } },
    /expired on 2026-10-01/,
  ],
  [
    "a revoked key",
    { status: 401, body: { reason: "revoked", detail: "as the server says it" } },
    /was revoked/,
  ],
  ["a key of many sessions", { status: 429, body: { reason: "sessions" } }, /too many places/],
  [
    "a reason that is new",
    { status: 403, body: { reason: "asleep", detail: "the key sleeps" } },
    /the key sleeps/,
  ],
  ["a refusal", { status: 403, body: { detail: "this server is not x" } }, /this server is not x/],
  ["a server in trouble", { status: 502 }, /cannot be reached/],
  ["a server that is away", { status: 0 }, /cannot be reached/],
])("says what is wrong: %s", async (_, answer, said) => {
  await show();
  opened = answer;
  await send("onegrid_a_b");
  expect(words()).toMatch(said);
  expect(onDone).not.toHaveBeenCalled();
  expect(button().disabled).toBe(false);
});

test("too many tries: it says how long to wait, counts down, and lets nothing through meanwhile", async () => {
  await show();
  opened = { status: 429, wait: "3", body: { reason: "limited" } };
  await send("onegrid_a_b");
  expect(words()).toContain("3 s");
  expect(button().disabled).toBe(true);
  const before = sent.length;
  await send("onegrid_a_b");
  expect(sent.length).toBe(before);
  await settle(1_000);
  expect(words()).toContain("2 s");
  await settle(2_000);
  expect(words()).toBe("");
  expect(button().disabled).toBe(false);
});

test("without a key nothing is sent", async () => {
  await show();
  const before = sent.length;
  await send("   ");
  expect(sent.length).toBe(before);
  expect(words()).toContain("Enter a key");
});

test("offers the organisation's account only where there is one", async () => {
  await show();
  expect(root.querySelector(".oidc")).toBeNull();
  render(null, root);
  who = { status: 401, body: { oidc: true } };
  await show();
  const leads = () => root.querySelector(".oidc")?.getAttribute("href");
  expect(leads()).toBe("/v1/session/oidc?to=%2Fwall%3Flang%3Den");
  lang.value = "zh";
  await settle();
  expect(leads()).toBe("/v1/session/oidc?to=%2Fwall%3Flang%3Dzh");
});

test("who is signed in already may go on or sign out, and is not sent on by itself", async () => {
  who = { status: 200, body: { open: false, name: "<img src=x>", role: "wall", classes: ["public"] } };
  await show();
  expect(root.textContent).toContain("<img src=x> · Wall");
  expect(root.querySelector("img, input")).toBeNull();
  expect(onDone).not.toHaveBeenCalled();
  const [goOn, out] = root.querySelectorAll<HTMLButtonElement>("button.button");
  goOn?.click();
  expect(onDone).toHaveBeenCalledTimes(1);
  out?.click();
  await settle();
  expect(sent.map(({ method }) => method)).toContain("DELETE");
});

test("where there is no access control nobody has to sign in", async () => {
  who = { status: 200, body: { open: true, classes: ["public"] } };
  await show();
  expect(root.querySelector("input")).toBeNull();
  expect(root.textContent).toContain("nobody signs in");
});

test("says why one is here, in both languages", async () => {
  await show("ended");
  expect(root.textContent).toContain("has ended");
  lang.value = "zh";
  await settle();
  expect(root.textContent).toContain("此前的登录已失效");
});

test("leaves no timer behind", async () => {
  await show();
  render(null, root);
  await settle(200);
  expect(vi.getTimerCount()).toBe(0);
});

test("an unknown refusal keeps the server's own words", () => {
  expect(troubleOf(new Refused(415, { title: "odd" }, 0))).toEqual({
    key: "signIn.refused",
    values: { detail: "odd" },
  });
});
