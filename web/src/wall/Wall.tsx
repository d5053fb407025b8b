import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { followChains } from "../lib/areas.ts";
import { known, sees } from "../lib/caller.ts";
import { startFeed } from "../lib/feed.ts";
import { followHistory } from "../lib/history.ts";
import { lang, nameOf, t } from "../lib/i18n.ts";
import type { Params } from "../lib/params.ts";
import { followScale } from "../lib/scale.ts";
import { followSelection } from "../lib/selection.ts";
import { cityName, followClock } from "../lib/state.ts";
import { Bars } from "./Bars.tsx";
import { Figures } from "./Figures.tsx";
import { MapView } from "./MapView.tsx";
import { tilesChanged } from "./maps.ts";
import { Queue } from "./Queue.tsx";
import { StaleBar } from "./StaleBar.tsx";
import { TopBar } from "./TopBar.tsx";
import { Trend } from "./Trend.tsx";
import { mapsAnew } from "./useCity.ts";

/** The wall: one picture that nobody touches for weeks. Until it is known who looks at it, there is nothing to see. */
export function Wall({ params, onLeave }: { params: Params; onLeave: () => void }) {
  useEffect(() => all(followClock(), followScale(), effect(nameDocument)), []);
  return (
    <>
      <TopBar onLeave={onLeave} />
      <StaleBar />
      {known.value && <City params={params} />}
      {sees("restricted") && <Strip />}
    </>
  );
}

function City({ params }: { params: Params }) {
  useEffect(() => all(startFeed(tilesChanged), followSelection()), []);
  return <MapView key={mapsAnew.value} params={params} />;
}

/** All that is about incidents. */
function Strip() {
  useEffect(() => all(followChains(), followHistory()), []);
  return (
    <aside class="strip" aria-label={t("queue")}>
      <Figures />
      <Queue />
      <Bars />
      <Trend />
    </aside>
  );
}

function all(...stops: (() => void)[]): () => void {
  return () => {
    for (const stop of stops) stop();
  };
}

function nameDocument(): void {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.title = `${nameOf(cityName.value) || "onegrid"} · ${t("wall")}`;
}
