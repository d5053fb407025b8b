import { effect, signal } from "@preact/signals";
import type { StyleSpecification } from "maplibre-gl";
import { useEffect, useRef } from "preact/hooks";
import { get, scheme as readScheme, type Scheme } from "../lib/api.ts";
import { mapFontFaces } from "../lib/fonts.ts";
import { lang, t } from "../lib/i18n.ts";
import { mapScale } from "../lib/scale.ts";
import { exclusives, levels, on, scheme } from "../lib/state.ts";
import { City } from "../map/city.ts";
import { fitStyle } from "../map/style.ts";

const retryMs = 2_000;

/** Why there is no map yet, or none at all. */
export const mapTrouble = signal<"styleFailed" | "noWebgl" | undefined>();

let fitted: Promise<StyleSpecification> | undefined;

/** Counts how often the maps have to be made anew. */
export const mapsAnew = signal(0);

/** The style for this city, read once for all maps of the page; tried again until it is there. */
function cityStyle(): Promise<StyleSpecification> {
  fitted ??= (async () => {
    for (;;) {
      try {
        const [served, city] = await Promise.all([
          get<StyleSpecification>("/styles/wall.json"),
          scheme.value ?? readScheme().catch((): Scheme | undefined => undefined),
        ]);
        if (city) scheme.value = city;
        else fitAgainOnceKnown();
        mapTrouble.value = undefined;
        return fitStyle(served, levels.value, exclusives.value, mapFontFaces());
      } catch {
        mapTrouble.value = "styleFailed";
        await new Promise((done) => setTimeout(done, retryMs));
      }
    }
  })();
  return fitted;
}

/** A wall that is up before the API shows the city by the style as it is served, until it learns of the scheme. */
function fitAgainOnceKnown(): void {
  const stop = scheme.subscribe((known) => {
    if (!known) return;
    queueMicrotask(() => stop());
    fitted = undefined;
    mapsAnew.value++;
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
