import { age } from "../lib/format.ts";
import { t } from "../lib/i18n.ts";
import { markOf, queueRows, type Row } from "../lib/incident.ts";
import { categoryName, ownerName, whereIs } from "../lib/names.ts";
import { acknowledge, categories, fresh, serverNow, sorted } from "../lib/state.ts";
import { MarkIcon } from "./MarkIcon.tsx";
import { goToIncident } from "./maps.ts";

const room = 8;

/** The eight heaviest: urgent, overdue, open; the newest first. In a storm like reports share a row. */
export function Queue() {
  const rows = queueRows(sorted.value, room);
  return (
    <section class="queue" aria-label={t("queue")}>
      {rows.length === 0 && <p class="none">{t("calm")}</p>}
      <ol>
        {rows.slice(0, room).map((row) => (
          <QueueRow key={row.incident.id} row={row} />
        ))}
      </ol>
    </section>
  );
}

function QueueRow({ row: { incident, count } }: { row: Row }) {
  const mark = markOf(incident, categories.value, serverNow.value);
  return (
    <li>
      <button
        type="button"
        class={fresh.value.has(incident.id) ? "row fresh" : "row"}
        onClick={() => {
          acknowledge(incident.id);
          goToIncident(incident);
        }}
      >
        <MarkIcon mark={mark} />
        <span class={`row-age ${mark}`}>{age((serverNow.value - incident.atMs) / 1000)}</span>
        <span class="row-what">
          {categoryName(incident.category)}
          {count > 1 && <b> {t("grouped", { n: count })}</b>}
          <span class="row-where">{whereIs(incident)}</span>
        </span>
        <span class="row-grid">{ownerName(incident)}</span>
      </button>
    </li>
  );
}
