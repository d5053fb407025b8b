import { effect, signal, untracked } from "@preact/signals";
import type { StyleSpecification } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { get, layersOf, scheme as readScheme, type Scheme } from "../lib/api.ts";
import { seen, sees } from "../lib/caller.ts";
import { mapFontFaces } from "../lib/fonts.ts";
import { lang, t } from "../lib/i18n.ts";
import type { Switch } from "../lib/params.ts";
import { mapScale } from "../lib/scale.ts";
import { exclusives, levels, on, scheme } from "../lib/state.ts";
import { City } from "../map/city.ts";
import { fitStyle, switchesOf, tilesetOf } from "../map/style.ts";

const firstRetryMs = 100; // a session counts for the tiles some moments after it was opened
const longestRetryMs = 2_000;

/** Why there is no map yet, or none at all. */
export const mapTrouble = signal<"styleFailed" | "noWebgl" | undefined>();

/** The switches that something hangs on, of all that the caller may see here. */
export const drawn = signal<ReadonlySet<Switch>>(new Set());

let fitted: Promise<StyleSpecification> | undefined;

/** Counts how often the maps have to be made anew. */
export const mapsAnew = signal(0);

/** The style for this city, read once for all maps of the page; tried again until it is there. */
function cityStyle(): Promise<StyleSpecification> {
  fitted ??= (async () => {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        const [served, city] = await Promise.all([
          get<StyleSpecification>("/styles/wall.json"),
          scheme.value ?? readScheme().catch((): Scheme | undefined => undefined),
        ]);
        if (city) scheme.value = city;
        const to = fittedTo();
        const style = fitStyle(served, {
          levels: levels.value,
          exclusives: exclusives.value,
          fontFaces: mapFontFaces(),
          has: await offered(served),
        });
        drawn.value = switchesOf(style);
        mapTrouble.value = undefined;
        fitAgainUnless(to);
        return style;
      } catch {
        if (waitMs === longestRetryMs) mapTrouble.value = "styleFailed";
        await new Promise((done) => setTimeout(done, waitMs));
      }
    }
  })();
  return fitted;
}

/**
 * What the tilesets of a style have for the caller. Counts of incidents are told
 * to everybody, but in rough steps, which the wall's figures would not say: they
 * are for who sees what is counted.
 */
async function offered(style: StyleSpecification): Promise<(source: string, layer?: string) => boolean> {
  const layers = new Map<string, ReadonlySet<string>>();
  const read = async (source: string, tileset: string | undefined) => {
    if (tileset) layers.set(source, await layersOf(tileset));
  };
  await Promise.all(Object.entries(style.sources).map(([id, source]) => read(id, tilesetOf(source))));
  return (source, layer) => {
    if (source === "live" || layer === "incident_counts") return sees("restricted");
    return !layer || layers.get(source)?.has(layer) === true;
  };
}

const fittedTo = () => `${Boolean(scheme.value)} ${seen.value}`;

/**
 * A wall that is up before the API shows the city by the style as it is served,
 * and what the tiles have for it, until it learns of the scheme and of its caller.
 */
function fitAgainUnless(to: string): void {
  const stop = effect(() => {
    if (fittedTo() === to) return;
    queueMicrotask(() => stop());
    fitted = undefined;
    untracked(() => mapsAnew.value++);
  });
}

export const pixelRatio = () => mapScale.value * (devicePixelRatio || 1);

/**
 * Makes a map in the element that the returned ref is given to, and calls use
 * with it once its style is there; what use returns is called when the map goes.
 */
export function useCity(role: "main" | "inset", use: (city: City) => (() => void) | undefined) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    const undo: (() => void)[] = [];
    const make = async () => {
      const style = await cityStyle();
      if (gone || !container.current) return;
      let city: City;
      try {
        city = new City({
          container: container.current,
          style,
          ratio: pixelRatio(),
          interactive: role === "main",
          label: t(role === "main" ? "map" : "inset"),
        });
      } catch {
        mapTrouble.value = "noWebgl"; // MapLibre throws where it gets no context
        return;
      }
      undo.push(() => city.destroy());
      await city.ready;
      if (gone) return;
      undo.push(
        effect(() => {
          if (role === "main") city.setSwitches(on.value); // the inset always shows all there is
        }),
        effect(() => {
          void lang.value;
          city.setLang();
        }),
        effect(() => {
          void mapScale.value;
          city.map.setPixelRatio(pixelRatio());
        }),
      );
      const stop = use(city);
      if (stop) undo.push(stop);
    };
    void make();
    return () => {
      gone = true;
      for (const step of undo.reverse()) step();
    };
  }, []);
  return container;
}
