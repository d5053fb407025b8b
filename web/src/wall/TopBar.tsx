import { age, clock, day, weekday } from "../lib/format.ts";
import { lang, nameOf, t } from "../lib/i18n.ts";
import { cityName, connected, edition, heard, now, serverNow } from "../lib/state.ts";
import { Who } from "./Who.tsx";

/** The city, which edition is shown and how old the data is, and the time. */
export function TopBar({ onLeave }: { onLeave: () => void }) {
  const at = new Date(serverNow.value);
  return (
    <header class="top">
      <h1>{nameOf(cityName.value)}</h1>
      <p class="edition">
        {edition.value && (
          <>
            <b>{t("edition", { id: edition.value.id })}</b>
            {edition.value.effectiveFrom && (
              <span class="since">{t("since", { date: day(edition.value.effectiveFrom) })}</span>
            )}
          </>
        )}
        <span class="age">{freshness()}</span>
      </p>
      <Who onLeave={onLeave} />
      <button type="button" class="lang" onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
        {t("switchLang")}
      </button>
      <p class="date">{weekday(at)}</p>
      <time class="clock">{clock(at)}</time>
    </header>
  );
}

/** How old the newest data is: what the server said of itself, and the silence since. */
function freshness(): string {
  if (!heard.value) return t("connecting");
  const seconds = heard.value.lagS + Math.max(0, now.value - heard.value.atMs) / 1000;
  return connected.value && seconds < 4 ? t("freshNow") : t("fresh", { age: age(seconds) });
}
