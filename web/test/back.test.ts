// The way back from the sign-in page leads nowhere but into this origin.
import { expect, test } from "vitest";
import { backTo, inLang, langOf, reasonOf, signInFrom } from "../src/lib/back.ts";

const origin = "https://wall.example";
const back = (to: string) => backTo(`?${new URLSearchParams({ to })}`);

test.each(["/wall?view=106.62,26.6,14&layers=borders", "/plan#a", "/plans/7?q=//evil.example", "/wall"])(
  "%j is a way back",
  (to) => expect(back(to)).toBe(to),
);

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
  "/.//evil.example",
  "/x/..//evil.example",
  "/wall//evil.example",
  "/wall\t//evil.example",
  "/%2F/evil.example",
  "/@evil.example",
  "/v1/session/oidc",
  "/v1",
])("%j leads to the wall", (to) => expect(back(to)).toBe("/wall"));

test("without a word it leads to the wall", () => expect(backTo("")).toBe("/wall"));

test("the page comes up in the language of where one came from, and leads back in the one chosen", () => {
  const query = (more: Record<string, string>) => `?${new URLSearchParams(more)}`;
  expect(langOf(query({ lang: "en", to: "/wall?lang=zh" }), "zh-CN")).toBe("en");
  expect(langOf(query({ to: "/wall?view=1,2,3&lang=en" }), "zh-CN")).toBe("en"); // from the issuer
  expect(langOf(query({ to: "https://evil.example/?lang=en" }), "zh-CN")).toBe("zh");
  expect(langOf("", "en-GB")).toBe("en");
  expect(inLang("/wall?view=1,2,3&lang=en", "zh")).toBe("/wall?view=1,2,3&lang=zh");
  expect(inLang("/plan#a", "en")).toBe("/plan?lang=en#a");
});

test("what leads there leads back, with the kiosk's settings", () => {
  const from = { pathname: "/wall", search: "?view=1,2,3&lang=en" };
  const there = signInFrom(from, "en", "ended");
  expect(there.startsWith("/sign-in?to=%2Fwall")).toBe(true);
  const { search } = new URL(there, origin);
  expect(backTo(search)).toBe("/wall?view=1,2,3&lang=en");
  expect(reasonOf(search)).toBe("ended");
  expect(reasonOf("?why=<b>")).toBe("failed");
  expect(reasonOf("")).toBeUndefined();
});
