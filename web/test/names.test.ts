import { describe, expect, test } from "vitest";
import { place } from "../src/map/names.ts";
import { poleOf } from "../src/map/pole.ts";

const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];

describe("poleOf", () => {
  test("is the middle of a square", () => {
    expect(poleOf([square(0, 0, 9)])?.at).toEqual([4.5, 4.5]);
  });
  test("keeps out of holes and bays", () => {
    const [x = 0, y = 0] = poleOf([square(0, 0, 9), square(1, 1, 6)])?.at ?? [];
    expect(x > 7 || y > 7 || x < 1 || y < 1).toBe(true);
    const bay = [
      [0, 0],
      [10, 0],
      [10, 10],
      [8, 10],
      [8, 2],
      [2, 2],
      [2, 10],
      [0, 10],
      [0, 0],
    ];
    const [bx = 0, by = 0] = poleOf([bay])?.at ?? [];
    expect(bx < 2 || bx > 8 || by < 2).toBe(true);
  });
  test("there is none in a polygon without room", () => {
    expect(
      poleOf([
        [
          [0, 0],
          [5, 0],
          [0, 0],
        ],
      ]),
    ).toBeUndefined();
    expect(poleOf([])).toBeUndefined();
  });
});

describe("place", () => {
  const piece = (id: number, rings: number[][]) => ({
    id,
    geometry: { type: "Polygon" as const, coordinates: [rings] },
    properties: { name: `湖${id}`, name_en: "Lake", class: "lake" },
  });

  test("names each feature once, on its largest piece", () => {
    const named = place(
      "water",
      [piece(1, square(0, 0, 1)), piece(1, square(1, 0, 5)), piece(2, square(9, 9, 1))],
      new Map(),
      () => true,
    );
    expect(named.map((n) => n.key)).toEqual(["water/1", "water/2"]);
    expect(named[0]?.at).toEqual([3.5, 2.5]);
    expect(named[0]?.properties).toEqual({ layer: "water", name: "湖1", name_en: "Lake" });
  });

  test("prefers a small piece in view to a large one out of it", () => {
    const pieces = [piece(1, square(0, 0, 0.1)), piece(1, square(0.5, 0.5, 0.4))];
    expect(place("water", pieces, new Map(), ([x = 0]) => x < 0.2)[0]?.at).toEqual([0.05, 0.05]);
  });

  test("a name stays where it is while it is in view, and moves when it is not", () => {
    const before = new Map(
      place("water", [piece(1, square(0, 0, 2))], new Map(), () => true).map((n) => [n.key, n]),
    );
    const pieces = [piece(1, square(0, 0, 2)), piece(1, square(5, 5, 9))];
    expect(place("water", pieces, before, () => true)[0]?.at).toBe(before.get("water/1")?.at);
    expect(place("water", pieces, before, () => false)[0]?.at).toEqual([9.5, 9.5]);
  });
});
