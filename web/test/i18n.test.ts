import { afterEach, expect, test } from "vitest";
import { age, areaSize, clock, count } from "../src/lib/format.ts";
import { lang, nameOf, t, tOr } from "../src/lib/i18n.ts";

afterEach(() => {
  lang.value = "zh";
});

test("texts follow the language and fill their places", () => {
  expect(t("edition", { id: 3 })).toBe("第 3 版");
  lang.value = "en";
  expect(t("edition", { id: 3 })).toBe("Edition 3");
  expect(t("floor", { from: 12 })).toContain("{to}"); // a place without a value stays visible
  expect(tOr("role", "leader")).toBe("Leader");
  expect(tOr("role", "harbour-master")).toBe("harbour-master");
});

test("a name is taken in the page's language, else the plain one, else any", () => {
  expect(nameOf({ zh: "湖滨新区", en: "Lakeside" })).toBe("湖滨新区");
  lang.value = "en";
  expect(nameOf({ zh: "湖滨新区", en: "Lakeside" })).toBe("Lakeside");
  expect(nameOf({ zh: "湖滨新区" })).toBe("湖滨新区");
  expect(nameOf({ fr: "Lac" })).toBe("Lac");
  expect(nameOf("Ladywood")).toBe("Ladywood");
  expect(nameOf(undefined)).toBe("");
});

test("durations are shown in their largest whole unit", () => {
  const shown = [-3, 0, 59.9, 60, 3599, 3600, 86_399, 86_400, 1e6].map(age);
  expect(shown).toEqual(["0秒", "0秒", "59秒", "1分", "59分", "1时", "23时", "1天", "11天"]);
});

test("numbers and sizes", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(areaSize(5_120)).toBe("5,120 m²");
  expect(areaSize(81_234)).toBe("8.1 ha");
  expect(areaSize(1_234_567)).toBe("1.23 km²");
  expect(clock(new Date(2026, 10, 23, 4, 5, 6))).toBe("04:05:06");
});
