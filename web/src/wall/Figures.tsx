import { count } from "../lib/format.ts";
import { type Key, t } from "../lib/i18n.ts";
import { knowsOverdue, tally } from "../lib/state.ts";
import { MarkIcon } from "./MarkIcon.tsx";

/** The figures of the row. Overdue stands there only where the scheme says what is due when. */
export function Figures() {
  const { open, overdue, urgent, unplaced } = tally.value;
  return (
    <dl class="figures">
      <Figure name="open" n={open} mark="open" />
      <Figure name="urgent" n={urgent} mark="urgent" />
      {knowsOverdue.value && <Figure name="overdue" n={overdue} mark="overdue" />}
      <Figure name="unplaced" n={unplaced} />
    </dl>
  );
}

function Figure({ name, n, mark }: { name: Key; n: number; mark?: "open" | "overdue" | "urgent" }) {
  return (
    <div class={n === 0 ? "figure calm" : "figure"}>
      <dd>{count(n)}</dd>
      <dt>
        {mark && <MarkIcon mark={mark} />}
        {t(name)}
      </dt>
    </div>
  );
}
