// Chains are asked for once a grid, and anew under another edition.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bars, chains, followChains } from "../src/lib/areas.ts";
import { fromFeature } from "../src/lib/incident.ts";
import { edition, incidents } from "../src/lib/state.ts";

let asked: { code: string; answer: (street: string | undefined) => void }[];
let stop: () => void;
const settle = () => new Promise((done) => setTimeout(done, 5));

function open(...owners: string[]): void {
  const all = owners.map((owner, id) =>
    fromFeature({
      type: "Feature",
      id,
      geometry: { type: "Point", coordinates: [0, 0] },
      properties: { at: id, owner },
    }),
  );
  incidents.value = new Map(all.map((i) => [i.id, i]));
}

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (path: string) => {
    const code = path.split("/").at(-1) ?? "";
    return new Promise((done, fail) => {
      asked.push({
        code,
        answer: (street) => {
          if (!street) return fail(new TypeError("the server is away"));
          const chain = ["city", street].map((code) => ({ code, level: "" }));
          done({ ok: true, json: async () => ({ code, level: "grid", chain }) });
        },
      });
    });
  });
  edition.value = { id: 1 };
  stop = followChains();
});
afterEach(() => {
  stop();
  incidents.value = new Map();
  edition.value = { id: 99 };
  vi.unstubAllGlobals();
});

test("each grid is asked for once, at most four at a time, and again after a failure", async () => {
  open("a", "a", "b", "c", "d", "e");
  await settle();
  expect(asked.map((a) => a.code)).toEqual(["a", "b", "c", "d"]);
  for (const a of asked.slice()) a.answer("s1");
  await settle();
  expect(asked.map((a) => a.code)).toEqual(["a", "b", "c", "d", "e"]);
  asked[4]?.answer(undefined);
  await settle();
  expect(bars.value.map((b) => [b.code, b.open])).toEqual([["s1", 5]]);
  open("a", "e");
  await settle();
  expect(asked.slice(5).map((a) => a.code)).toEqual(["e"]);
});

test("an answer under the edition before is dropped", async () => {
  open("x");
  await settle();
  edition.value = { id: 2 };
  await settle();
  expect(asked.map((a) => a.code)).toEqual(["x", "x"]);
  asked[1]?.answer("new");
  await settle();
  asked[0]?.answer("old");
  await settle();
  expect(chains.value.get("x")?.map((a) => a.code)).toEqual(["city", "new", "x"]);
});
