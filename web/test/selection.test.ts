// What is told of a chosen area whose facts cannot be had: that there is nothing to
// see for this caller, or that they cannot be read now.
import { afterEach, expect, test, vi } from "vitest";
import { cardState, followSelection, outline } from "../src/lib/selection.ts";
import { selected } from "../src/lib/state.ts";

let stop = () => {};
afterEach(() => {
  stop();
  selected.value = undefined;
  cardState.value = undefined;
  vi.unstubAllGlobals();
});

/** Chooses an area while every question is answered with a status. */
function choose(code: string, status: number): void {
  vi.stubGlobal("fetch", async () => ({
    ok: status < 400,
    status,
    headers: new Headers(),
    json: async () => ({ code, name: "East" }),
  }));
  stop = followSelection();
  selected.value = code;
}

const shows = (state: object) => vi.waitFor(() => expect(cardState.value).toMatchObject(state));

test.each([403, 404])("what is not the caller's to see is hidden, and nothing failed: %i", async (status) => {
  choose("a", status);
  await shows({ code: "a", hidden: true });
  expect(cardState.value?.failed).toBeUndefined();
  expect(outline.value).toBeUndefined();
});

test.each([429, 503])("what cannot be read now has failed: %i", async (status) => {
  choose("a", status);
  await shows({ code: "a", failed: true });
});

test("what was shown goes when it is hidden from now on", async () => {
  choose("a", 200);
  await shows({ card: { name: "East" } });
  stop();
  choose("a", 404);
  await shows({ hidden: true });
  expect(cardState.value?.card).toBeUndefined();
});
