// The served style: valid by the specification, in the colours and contrasts of
// the design, and asking for nothing that the page does not have.
import { readFileSync } from "node:fs";
import {
  type LayerSpecification,
  type StyleSpecification,
  validateStyleMin,
} from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import { tOr } from "../src/lib/i18n.ts";
import { switches } from "../src/lib/params.ts";
import { iconNames } from "../src/map/icons.ts";
import { fitStyle, metaOf, switchesOf, tierOf, tilesetOf } from "../src/map/style.ts";

const wall = JSON.parse(readFileSync("../styles/wall.json", "utf8")) as StyleSpecification;
const layer = (id: string): LayerSpecification => {
  const found = wall.layers.find((l) => l.id === id);
  if (!found) throw new Error(`the style has no layer ${id}`);
  return found;
};

/** Every string inside a value. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value && typeof value === "object" ? Object.values(value).flatMap(strings) : [];
}

/** WCAG 2 contrast of two opaque colours. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r = 0, g = 0, bl = 0] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe("wall.json", () => {
  test("is a valid style", () => {
    expect(validateStyleMin(wall)).toEqual([]);
  });

  test("draws text from fonts and fetches no glyphs or sprite", () => {
    expect(wall.glyphs).toBeUndefined();
    expect(wall.sprite).toBeUndefined();
    const fonts = new Set(
      wall.layers.flatMap((l) => (l.layout && "text-font" in l.layout ? strings(l.layout["text-font"]) : [])),
    );
    expect([...fonts].sort()).toEqual(["Noto Sans SC Regular", "Noto Sans SC SemiBold"]);
  });

  test("names no other origin", () => {
    expect(strings(wall).filter((s) => /^(https?:)?\/\//.test(s))).toEqual([]);
  });

  test.each([
    ["border-district", "#F2F5F8", 16.1, 3],
    ["border-street", "#C3CCD6", 10.9, 2],
    ["border-community", "#98A5B3", 7.0, 1.5],
    ["border-grid", "#6F7C8A", 4.1, 1],
    ["street-main", "#39424D", 1.7, undefined],
  ])("%s is %s, %f:1 on land", (id, colour, ratio, width) => {
    const { paint } = layer(id) as { paint: Record<string, unknown> };
    expect(paint["line-color"]).toBe(colour);
    expect(contrast(colour, "#15191E")).toBeCloseTo(ratio, 0.5);
    // The design's widths are of a 3840 px screen, the style's of half of it.
    if (width) expect((paint["line-width"] as unknown[]).at(-1)).toBe(width);
  });

  test("land is the design's", () => {
    expect(layer("land")).toMatchObject({ paint: { "fill-color": "#15191E" } });
  });

  test("uses only images that the page draws", () => {
    const used = wall.layers.flatMap((l) => strings((l.layout as Record<string, unknown>)?.["icon-image"]));
    const prefixes = ["camera", "gate", "water", "sensor"];
    const known = new Set([...iconNames, ...prefixes, "-off", ""]);
    const words = new Set([
      "match",
      "get",
      "concat",
      "coalesce",
      "case",
      "kind",
      "state",
      "mark",
      ">",
      "urgent",
      "overdue",
      "off",
    ]);
    const values = ["station", "panorama", "water-level", "waterlogging"];
    expect(used.filter((s) => !known.has(s) && !words.has(s) && !values.includes(s))).toEqual([]);
    for (const kind of prefixes)
      for (const state of ["", "-off", "-alert"]) expect(iconNames).toContain(kind + state);
  });

  test("hangs layers only on switches that exist, and each switch has its text", () => {
    const used = new Set(wall.layers.map((l) => metaOf(l).switch).filter((s) => s !== undefined));
    for (const s of used) expect(switches).toContain(s);
    for (const s of switches) expect(tOr("layer", s)).not.toBe(s);
  });

  test("no letter of the map is below the floor: 20 px of a 1920 px screen", () => {
    for (const l of wall.layers) {
      if (l.type !== "symbol" || !l.layout?.["text-field"]) continue;
      const size = l.layout["text-size"];
      const sizes =
        typeof size === "number"
          ? [size]
          : ((size as unknown[]).slice(4).filter((_, i) => i % 2 === 0) as number[]);
      expect(Math.min(...sizes), l.id).toBeGreaterThanOrEqual(20);
    }
  });
});

describe("fitStyle", () => {
  const longisle = [
    { id: "district" },
    { id: "mid-grid" },
    { id: "small-grid" },
    { id: "micro-grid", partial: true },
  ];

  test("places levels that the style does not know by their distance from the finest whole one", () => {
    expect(longisle.map((_, i) => tierOf(longisle, i))).toEqual(["district", "community", "grid", "grid"]);
    const six = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id }));
    expect(six.map((_, i) => tierOf(six, i))).toEqual([
      "district",
      "district",
      "district",
      "street",
      "community",
      "grid",
    ]);
  });

  test("filters each tier's layers by the levels at it, stays valid, and leaves the served style alone", () => {
    const before = JSON.stringify(wall);
    const networks = [
      { id: "patrol", kind: "exclusive" as const, levels: [{ id: "beat" }] },
      { id: "drains", kind: "exclusive" as const, levels: [{ id: "area" }, { id: "reach" }] },
    ];
    const style = fitStyle(wall, { levels: longisle, exclusives: networks, fontFaces: {}, has: () => true });
    const filter = (id: string) => JSON.stringify(style.layers.find((l) => l.id === id && "filter" in l));
    expect(filter("border-grid")).toContain('["literal",["small-grid","micro-grid"]]');
    expect(filter("border-street")).toContain('["literal",[]]');
    expect(validateStyleMin(style)).toEqual([]);
    expect(JSON.stringify(wall)).toBe(before);
    expect(style.layers.find((l) => l.id === "net-drains-hatch")).toMatchObject({
      "source-layer": "drains:reach",
    });
  });

  test("leaves out what the caller may not see, and does not ask for its tiles", () => {
    const networks = [{ id: "patrol", kind: "exclusive" as const, levels: [{ id: "beat" }] }];
    const hidden = new Set([
      "devices:views",
      "counts:incident_counts",
      "live:undefined",
      "onepicture:patrol:beat",
    ]);
    const has = (source: string, layer?: string) => !hidden.has(`${source}:${layer}`);
    const style = fitStyle(wall, { levels: longisle, exclusives: networks, fontFaces: {}, has });
    const ids = style.layers.map((l) => l.id);
    for (const gone of [
      "views",
      "views-edge",
      "views-seeing",
      "incident-counts",
      "incidents",
      "net-patrol-hatch",
    ])
      expect(ids).not.toContain(gone);
    for (const kept of ["background", "land", "devices", "selected-edge", "net-patrol-edge"])
      expect(ids).toContain(kept);
    expect(Object.keys(style.sources).sort()).toEqual(["devices", "names", "onepicture", "selected"]);
    const left = switchesOf(style);
    expect([left.has("incidents"), left.has("views"), left.has("devices")]).toEqual([false, false, true]);
    expect(validateStyleMin(style)).toEqual([]);
  });

  test("knows a source's tileset, by its own path and by the server's address", () => {
    const source = (url: string) => ({ type: "vector", url }) as const;
    expect(tilesetOf(source("/tiles/onepicture.json"))).toBe("onepicture");
    expect(tilesetOf(source("http://127.0.0.1:8080/tiles/a%20b.json"))).toBe("a b");
    expect(tilesetOf({ type: "geojson", data: "/tiles/x.json" })).toBeUndefined();
  });
});
