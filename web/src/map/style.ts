// Fits the served style to this city: fonts from the page's own files, the
// scheme's levels in place of the four that the style was written for, a hatched
// layer for each exclusive network, and nothing that the caller may not see.
import type {
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { SchemeLevel, SchemeNetwork } from "../lib/api.ts";
import type { Switch } from "../lib/params.ts";

/** The weights at which a border can be drawn and an area named, the heaviest first. */
const tiers = ["district", "street", "community", "grid"] as const;
export type Tier = (typeof tiers)[number];

/**
 * Which tier a level is drawn at. A level named like a tier is that tier;
 * any other is placed by its distance from the finest level that is everywhere,
 * because grids are of one size the world over and what lies above them is not.
 */
export function tierOf(levels: readonly SchemeLevel[], index: number): Tier {
  const id = levels[index]?.id;
  const named = tiers.find((tier) => tier === id);
  if (named) return named;
  const finest = levels.findLastIndex((level) => !level.partial);
  const up = Math.max(0, finest - index);
  return tiers[Math.max(0, tiers.length - 1 - up)] ?? "district";
}

interface Meta {
  switch?: Switch;
  tier?: Tier;
}

export const metaOf = (layer: LayerSpecification): Meta => (layer.metadata ?? {}) as Meta;

/** What the style needs from fonts.ts, so that this file can be tested without the files themselves. */
export type FontFaces = Record<string, { url: string; "unicode-range": string[] }[]>;

/** What a style is fitted to. */
export interface Fit {
  levels: readonly SchemeLevel[];
  exclusives: readonly SchemeNetwork[];
  fontFaces: FontFaces;
  /** Whether the caller may see what a source has: of one of tiles, in a layer of them. */
  has: (source: string, layer: string | undefined) => boolean;
}

export function fitStyle(
  served: StyleSpecification,
  { levels, exclusives, fontFaces, has }: Fit,
): StyleSpecification {
  const style = structuredClone(served);
  style["font-faces"] = fontFaces;
  if (levels.length > 0) {
    for (const layer of style.layers) {
      const { tier } = metaOf(layer);
      if (!tier || !("filter" in layer)) continue;
      const ids = levels.filter((_, i) => tierOf(levels, i) === tier).map((level) => level.id);
      layer.filter = ["in", ["get", "level"], ["literal", ids]] as FilterSpecification;
    }
  }
  exclusives.forEach((network, i) => {
    addExclusive(style, network, i);
  });
  prune(style, has);
  return style;
}

/** Leaves out the layers that would stay empty, and then the sources that nothing asks for. */
function prune(style: StyleSpecification, has: Fit["has"]): void {
  style.layers = style.layers.filter(
    (layer) => !("source" in layer) || has(layer.source as string, layer["source-layer"]),
  );
  const used = new Set(style.layers.map((layer) => "source" in layer && layer.source));
  style.sources = Object.fromEntries(Object.entries(style.sources).filter(([id]) => used.has(id)));
}

/** The switches that some layer of a style hangs on. */
export const switchesOf = (style: StyleSpecification): ReadonlySet<Switch> =>
  new Set(style.layers.flatMap((layer) => metaOf(layer).switch ?? []));

/** The tileset of a source of tiles; undefined of another source. */
export function tilesetOf(source: SourceSpecification): string | undefined {
  const name = source.type === "vector" ? /\/tiles\/([^/]+)\.json$/.exec(source.url ?? "")?.[1] : undefined;
  return name && decodeURIComponent(name);
}

/**
 * Hatches a network's finest areas, above the ground and below the borders of the
 * basic network. In the one picture a network's layers have its id before theirs.
 */
function addExclusive(style: StyleSpecification, network: SchemeNetwork, index: number): void {
  const finest = network.levels.findLast((level) => !level.kind || level.kind === "area");
  if (!finest) return;
  const id = `net-${network.id}`;
  const metadata = { switch: "exclusive" } satisfies Meta;
  const common = { source: "onepicture", metadata, minzoom: 11.5 };
  const layers: LayerSpecification[] = [
    {
      ...common,
      id: `${id}-hatch`,
      type: "fill",
      "source-layer": `${network.id}:${finest.id}`,
      paint: {
        "fill-pattern": `hatch-${index % 2}`,
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 11.5, 0.1, 14, 0.2],
      },
    },
    {
      ...common,
      id: `${id}-edge`,
      type: "line",
      "source-layer": `${network.id}:borders`,
      paint: { "line-color": "#C3CCD6", "line-width": 1.2, "line-dasharray": [4, 2], "line-opacity": 0.8 },
    },
  ];
  const label: LayerSpecification = {
    ...common,
    id: `${id}-label`,
    type: "symbol",
    "source-layer": `${network.id}:labels`,
    minzoom: 14.2,
    layout: {
      "text-field": [
        "case",
        ["==", ["global-state", "lang"], "en"],
        ["coalesce", ["get", "name_en"], ["get", "name"]],
        ["get", "name"],
      ],
      "text-font": ["Noto Sans SC Regular"],
      "text-size": 20,
      "text-max-width": 8,
    },
    paint: { "text-color": "#C3CCD6", "text-halo-color": "#15191E", "text-halo-width": 2 },
  };
  const before = (id: string) => {
    const at = style.layers.findIndex((layer) => layer.id === id);
    return at < 0 ? style.layers.length : at;
  };
  style.layers.splice(before("border-grid"), 0, ...layers);
  style.layers.splice(before("label-grid"), 0, label);
}
