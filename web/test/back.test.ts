// The way back from the sign-in page leads nowhere but into this origin.
import { expect, test } from "vitest";
import { backTo, reasonOf, signInFrom } from "../src/lib/back.ts";

const origin = "https://wall.example";
const back = (to: string) => backTo(`?${new URLSearchParams({ to })}`, origin);

test("leads back to a path of this origin, with its query", () => {
  expect(back("/wall?view=106.62,26.6,14&layers=borders")).toBe(
    `${origin}/wall?view=106.62,26.6,14&layers=borders`,
  );
  expect(back("/plan#a")).toBe(`${origin}/plan#a`);
});

test.each([
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "wall",
  "",
  " /wall",
  "//",
  "http:evil.example",
  "/sign-in?to=/sign-in",
  "//[",
])("%j leads to the wall", (to) => expect(back(to)).toBe(`${origin}/wall`));

test("a path that reads like a host stays here", () => {
  for (const to of ["/.//evil.example", "/x/..//evil.example"])
    expect(new URL(back(to)).origin, to).toBe(origin);
});

test("without a word it leads to the wall", () => expect(backTo("", origin)).toBe(`${origin}/wall`));

test("what leads there leads back, with the kiosk's settings", () => {
  const from = { pathname: "/wall", search: "?view=1,2,3&lang=en" };
  const there = signInFrom(from, "en", "ended");
  expect(there.startsWith("/sign-in?to=%2Fwall")).toBe(true);
  const { search } = new URL(there, origin);
  expect(backTo(search, origin)).toBe(`${origin}/wall?view=1,2,3&lang=en`);
  expect(reasonOf(search)).toBe("ended");
  expect(reasonOf("?why=<b>")).toBe("failed");
  expect(reasonOf("")).toBeUndefined();
});
