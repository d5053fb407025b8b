import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { followChains } from "../lib/areas.ts";
import { startFeed } from "../lib/feed.ts";
import { followHistory } from "../lib/history.ts";
import { lang, nameOf, t } from "../lib/i18n.ts";
import type { Params } from "../lib/params.ts";
import { followScale } from "../lib/scale.ts";
import { followSelection } from "../lib/selection.ts";
import { cityName } from "../lib/state.ts";
import { Bars } from "./Bars.tsx";
import { Figures } from "./Figures.tsx";
import { MapView } from "./MapView.tsx";
import { tilesChanged } from "./maps.ts";
import { Queue } from "./Queue.tsx";
import { StaleBar } from "./StaleBar.tsx";
import { TopBar } from "./TopBar.tsx";
import { Trend } from "./Trend.tsx";
import { mapsAnew } from "./useCity.ts";

/** The wall: one picture that nobody touches for weeks. */
export function Wall({ params }: { params: Params }) {
  useEffect(() => {
    const stops = [
      followScale(),
      startFeed(tilesChanged),
      followChains(),
      followHistory(),
      followSelection(),
      effect(nameDocument),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <>
      <TopBar />
      <StaleBar />
      <MapView key={mapsAnew.value} params={params} />
      <aside class="strip" aria-label={t("queue")}>
        <Figures />
        <Queue />
        <Bars />
        <Trend />
      </aside>
    </>
  );
}

function nameDocument(): void {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.title = `${nameOf(cityName.value) || "onegrid"} · ${t("wall")}`;
}
