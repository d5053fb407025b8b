// What the search chooses: never what was found for other words than those that stand there.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Suggestion } from "../src/lib/api.ts";
import { Search } from "../src/wall/Search.tsx";

let root: HTMLElement;
let input: HTMLInputElement;
let asked: string[];
let answer: Map<string, (codes: string[]) => void>;
const onChoose = vi.fn<(choice: Suggestion) => void>();

beforeEach(async () => {
  vi.useFakeTimers();
  asked = [];
  answer = new Map();
  onChoose.mockReset();
  vi.stubGlobal("fetch", (path: string, { signal }: RequestInit) => {
    const q = new URL(path, location.href).searchParams.get("q") ?? "";
    asked.push(q);
    return new Promise((done, fail) => {
      signal?.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
      answer.set(q, (codes) => {
        const suggestions = codes.map((code) => ({ kind: "grid", code, point: [0, 0] }));
        done({ ok: true, json: async () => ({ suggestions }) });
      });
    });
  });
  root = document.body.appendChild(document.createElement("div"));
  render(<Search onChoose={onChoose} />, root);
  await vi.advanceTimersByTimeAsync(0);
  input = root.querySelector("input") as HTMLInputElement;
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function type(text: string): Promise<void> {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await vi.advanceTimersByTimeAsync(0);
}

async function enter(): Promise<void> {
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  await vi.advanceTimersByTimeAsync(0);
}

async function find(q: string, ...codes: string[]): Promise<void> {
  answer.get(q)?.(codes);
  await vi.advanceTimersByTimeAsync(0);
}

test("Enter takes the first that was found", async () => {
  await type("03");
  await vi.advanceTimersByTimeAsync(200);
  await find("03", "031", "032");
  await enter();
  expect(onChoose.mock.calls.map(([choice]) => choice.code)).toEqual(["031"]);
  expect(asked).toEqual(["03"]);
});

test("Enter before the answer waits for it", async () => {
  await type("032");
  await enter();
  expect(onChoose).not.toHaveBeenCalled();
  await find("032", "032");
  expect(onChoose.mock.calls.map(([choice]) => choice.code)).toEqual(["032"]);
});

test("Enter takes nothing of what was found for fewer letters", async () => {
  await type("03");
  await vi.advanceTimersByTimeAsync(200);
  await find("03", "031", "032");
  await type("032");
  await enter();
  expect(onChoose).not.toHaveBeenCalled();
  await find("032", "032");
  expect(onChoose.mock.calls.map(([choice]) => choice.code)).toEqual(["032"]);
});

test("Enter chooses nothing once other words stand there", async () => {
  await type("03");
  await vi.advanceTimersByTimeAsync(200);
  await find("03", "031");
  await type("032");
  await enter();
  await type("0321");
  await vi.advanceTimersByTimeAsync(200);
  expect(onChoose).not.toHaveBeenCalled();
});
