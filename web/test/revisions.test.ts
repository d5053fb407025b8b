import { expect, test } from "vitest";
import { Revisions } from "../src/map/revisions.ts";

const tile = "http://localhost:3000/tiles/grids/14/13047/6921.mvt";

test("tiles are asked for with the newest revision known", () => {
  const revisions = new Revisions();
  expect(revisions.rewrite(`${tile}?r=5`)).toBe(`${tile}?r=5`);
  expect(revisions.note("grids", "5")).toBe(false); // what the map shows already
  expect(revisions.note("grids", "6")).toBe(true);
  expect(revisions.rewrite(`${tile}?r=5`)).toBe(`${tile}?r=6`);
  expect(revisions.note("grids", "6")).toBe(false);
});

test("a revision that is told before any tile was asked for changes nothing shown", () => {
  const revisions = new Revisions();
  expect(revisions.note("grids", "9")).toBe(false);
  expect(revisions.rewrite(`${tile}?r=8`)).toBe(`${tile}?r=9`); // but the older TileJSON does not win
});

test("tilesets do not mix, and what is no tile stays as it is", () => {
  const revisions = new Revisions();
  revisions.note("grids", "7");
  expect(revisions.rewrite(tile.replace("grids", "base"))).not.toContain("r=7");
  expect(revisions.rewrite("http://localhost:3000/tiles/grids.json")).toBe(
    "http://localhost:3000/tiles/grids.json",
  );
  expect(revisions.rewrite("/assets/a.woff2")).toMatch(/^http:\/\/localhost:3000\/assets\/a\.woff2$/);
});
