// Numbers and times as a wall shows them: short, and never jumping in width.
import { lang, t } from "./i18n.ts";

/** A duration in its largest whole unit: 59 s is "59秒", 60 s is "1分". Negative counts as none. */
export function age(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return t("second", { n: s });
  if (s < 3600) return t("minute", { n: Math.floor(s / 60) });
  if (s < 86_400) return t("hour", { n: Math.floor(s / 3600) });
  return t("day", { n: Math.floor(s / 86_400) });
}

const two = (n: number) => String(n).padStart(2, "0");

/** "14:03:22", in the page's own time zone. */
export function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** "2026-11-01", in the page's own time zone. */
export function day(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** "11月23日 星期一" or "Mon 23 Nov". */
export function weekday(at: Date): string {
  const options = {
    month: "short",
    day: "numeric",
    weekday: lang.value === "zh" ? "long" : "short",
  } as const;
  return at.toLocaleDateString(lang.value === "zh" ? "zh-CN" : "en-GB", options);
}

/** 12345 → "12,345". */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** Square metres as "1.23 km²", "8.1 ha" or "5,120 m²": short enough for a card's column. */
export function areaSize(m2: number): string {
  if (m2 >= 1e6) return `${(m2 / 1e6).toFixed(2)} km²`;
  if (m2 >= 1e4) return `${(m2 / 1e4).toFixed(1)} ha`;
  return `${count(Math.round(m2))} m²`;
}
