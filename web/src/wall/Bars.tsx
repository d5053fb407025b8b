import { type Bar, bars } from "../lib/areas.ts";
import { count } from "../lib/format.ts";
import { lang, nameOf, t } from "../lib/i18n.ts";
import { levels, selected } from "../lib/state.ts";

const room = 10;

/** Open incidents by street: a bar a street, its urgent part in the urgent hue. */
export function Bars() {
  const all = bars.value;
  const rest = all.slice(room - 1);
  const shown = rest.length > 1 ? [...all.slice(0, room - 1), sum(rest)] : all;
  const most = Math.max(1, ...shown.map((bar) => bar.open));
  const name = nameOf(levels.value[1]?.name) || t("area");
  const level = lang.value === "en" ? name.toLowerCase() : name; // it stands inside a phrase
  return (
    <section class="bars">
      <h2>{t("perArea", { level })}</h2>
      <ul>
        {shown.map((bar) => (
          <BarRow key={bar.code} bar={bar} most={most} />
        ))}
      </ul>
    </section>
  );
}

function sum(rest: Bar[]): Bar {
  return {
    code: "",
    area: { code: "", level: "", name: t("others") },
    open: rest.reduce((n, bar) => n + bar.open, 0),
    urgent: rest.reduce((n, bar) => n + bar.urgent, 0),
  };
}

function BarRow({ bar, most }: { bar: Bar; most: number }) {
  const percent = (n: number) => `${(100 * n) / most}%`;
  return (
    <li>
      <button type="button" disabled={!bar.code} onClick={() => (selected.value = bar.code)}>
        <span class="bar-name">{nameOf(bar.area.name) || bar.code}</span>
        <span class="bar-track" aria-hidden="true">
          <i class="bar-open" style={{ width: percent(bar.open) }} />
          <i class="bar-urgent" style={{ width: percent(bar.urgent) }} />
        </span>
        <span class="bar-count">{count(bar.open)}</span>
      </button>
    </li>
  );
}
