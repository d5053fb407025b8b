// One map of the city. The wall has two: the large one, and the inset.
import {
  type GeoJSONSource,
  type MapGeoJSONFeature,
  Map as MapLibre,
  type StyleSpecification,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { unnamed } from "../lib/api.ts";
import { lang } from "../lib/i18n.ts";
import type { Switch } from "../lib/params.ts";
import { addIcons } from "./icons.ts";
import { keepNames } from "./names.ts";
import { Revisions } from "./revisions.ts";
import { metaOf, tilesetOf } from "./style.ts";

setWorkerUrl(workerUrl);

const empty: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** Shared by all maps of the page: the stream tells it once. */
export const revisions = new Revisions();

export interface CityOptions {
  container: HTMLElement;
  style: StyleSpecification;
  /** Device pixels to a CSS pixel of the container: the page's scale times the screen's. */
  ratio: number;
  interactive: boolean;
  label: string;
}

export class City {
  readonly map: MapLibre;
  readonly ready: Promise<void>;

  constructor({ container, style, ratio, interactive, label }: CityOptions) {
    this.map = new MapLibre({
      container,
      style,
      pixelRatio: ratio,
      maxCanvasSize: [8192, 8192], // the default of 4096 would blur a 4K wall with a 2:1 screen
      interactive,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 20,
      fadeDuration: 0, // a count that changes must not blink
      locale: { "Map.Title": label },
      // Tiles are asked for again when the stream says so, and only then. A tile
      // that is out of view is dropped, for nobody would tell it of a change; the
      // browser's own cache brings it back by its revision.
      refreshExpiredTiles: false,
      maxTileCacheSize: 0,
      transformRequest: (url) => ({ url: revisions.rewrite(url) }),
    });
    this.map.on("error", ({ error }) => {
      const { status } = error as { status?: number };
      if (status === 401) unnamed.value++;
      else if (status !== 403) console.error(error);
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.ready = new Promise((done) => {
      this.map.once("style.load", () => {
        addIcons(this.map, ratio);
        keepNames(this.map);
        done();
      });
    });
  }

  setLang(): void {
    this.map.setGlobalStateProperty("lang", lang.value);
  }

  /** Shows the layers whose switch is on, and those that hang on none. */
  setSwitches(on: ReadonlySet<Switch>): void {
    for (const layer of this.map.getStyle().layers) {
      const name = metaOf(layer).switch;
      if (!name) continue;
      const want = on.has(name) ? "visible" : "none";
      if ((this.map.getLayoutProperty(layer.id, "visibility") ?? "visible") !== want) {
        this.map.setLayoutProperty(layer.id, "visibility", want);
      }
    }
  }

  /** Outlines an area; undefined outlines none. */
  select(area: GeoJSON.Feature | GeoJSON.FeatureCollection | undefined): void {
    this.map.getSource<GeoJSONSource>("selected")?.setData(area ?? empty);
  }

  /** What is drawn around a point, or in a box, by those of the layers that the style has. */
  drawnAt(at: Parameters<MapLibre["queryRenderedFeatures"]>[0], layers: string[]): MapGeoJSONFeature[] {
    return this.map.queryRenderedFeatures(at, { layers: layers.filter((id) => this.map.getLayer(id)) });
  }

  /** Asks again for tiles of a tileset, all of them where none are named. What is shown stays until they are there. */
  refresh(tileset: string, tiles?: { z: number; x: number; y: number }[]): void {
    for (const source of this.sourcesOf(tileset)) this.map.refreshTiles(source, tiles);
  }

  private sourcesOf(tileset: string): string[] {
    const all = Object.entries(this.map.getStyle()?.sources ?? {});
    return all.flatMap(([id, source]) => (tilesetOf(source) === tileset ? [id] : []));
  }

  destroy(): void {
    this.map.remove();
  }
}
