import { render } from "preact";
import "maplibre-gl/dist/maplibre-gl.css";
import "uplot/dist/uPlot.min.css";
import "../page.css";
import "./wall.css";
import "./map.css";
import "./strip.css";
import "./marks.css";
import { type Reason, signInFrom } from "../lib/back.ts";
import { caller, followCaller } from "../lib/caller.ts";
import { registerFonts } from "../lib/fonts.ts";
import { lang } from "../lib/i18n.ts";
import { readParams } from "../lib/params.ts";
import { on, selected } from "../lib/state.ts";
import { Wall } from "./Wall.tsx";

const params = readParams(location.search);
if (params.lang) lang.value = params.lang;
else lang.value = navigator.language.startsWith("zh") ? "zh" : lang.value;
if (params.layers) on.value = params.layers;
if (params.grid) selected.value = params.grid;

registerFonts();
const root = document.getElementById("wall");
if (root) {
  /** Takes everything from the screen at once, and with it the streams, the maps and their timers. */
  const leave = (why?: Reason) => {
    stop();
    render(null, root);
    document.title = "onegrid";
    location.replace(signInFrom(location, lang.value, why));
  };
  const stop = followCaller((was) => leave(was ? (caller.value?.open ? "closed" : "ended") : undefined));
  render(<Wall params={params} onLeave={() => leave("out")} />, root);
}
