import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { count, day } from "../lib/format.ts";
import { type Curve, curve, recordedSince } from "../lib/history.ts";
import { lang, t } from "../lib/i18n.ts";
import { mapScale } from "../lib/scale.ts";

/** Fewer days than these make no range worth the name. */
const daysAtLeast = 3;

/** The reports of the last 24 hours, by the hour, over the range of the four weeks before. */
export function Trend() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let plot: uPlot | undefined;
    const stopSize = effect(() => {
      plot?.destroy();
      if (box.current) plot = makePlot(box.current, mapScale.value);
      plot?.setData(rows(curve.peek()));
    });
    const stopData = effect(() => plot?.setData(rows(curve.value)));
    return () => {
      stopSize();
      stopData();
      plot?.destroy();
    };
  }, []);
  const { counts, days } = curve.value;
  const total = counts.reduce((sum, n) => sum + n, 0);
  return (
    <section class="trend">
      <h2>
        {t("trend")} <b>{count(total)}</b>
        <span>{note(days)}</span>
      </h2>
      <div ref={box} role="img" aria-label={`${t("trend")}: ${total}`} lang={lang.value} />
    </section>
  );
}

function note(days: number): string {
  if (days >= daysAtLeast) return t("trendBand", { n: days });
  return recordedSince.value ? t("trendSince", { time: day(new Date(recordedSince.value)) }) : "";
}

function rows({ hours, counts, least, most, days }: Curve): uPlot.AlignedData {
  const none = hours.map(() => null);
  const enough = days >= daysAtLeast;
  return [hours, enough ? most : none, enough ? least : none, counts];
}

/** Sizes are of a 1920×1080 page, enlarged with it. */
function makePlot(box: HTMLElement, scale: number): uPlot {
  const px = (n: number) => n * scale;
  const font = `${px(20)}px "Noto Sans SC", sans-serif`;
  const axis: uPlot.Axis = {
    stroke: "#98A5B3",
    font,
    grid: { stroke: "#20262E", width: 1 },
    ticks: { show: false },
  };
  const band: uPlot.Series = { stroke: "transparent", points: { show: false } };
  return new uPlot(
    {
      width: Math.max(1, box.clientWidth),
      height: Math.max(1, box.clientHeight),
      padding: [px(8), px(28), 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most ?? 0) * 1.1))] } },
      axes: [
        { ...axis, size: px(28), gap: px(4), space: px(90), values: (_, at) => at.map(hourOf) },
        {
          ...axis,
          size: px(40),
          gap: px(4),
          space: px(44),
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        },
      ],
      series: [{}, band, band, { stroke: "#C3CCD6", width: px(2), points: { show: false } }],
      bands: [{ series: [1, 2], fill: "#C3CCD624" }],
    },
    [[], [], [], []],
    box,
  );
}

const hourOf = (atS: number) => `${new Date(atS * 1000).getHours()}:00`;
