import { t } from "../lib/i18n.ts";
import type { Mark } from "../lib/incident.ts";

const paths: Record<Mark, string> = {
  open: "M16 6.5a9.5 9.5 0 1 0 .01 0Z",
  overdue: "M16 4.5 27.5 25h-23Z",
  urgent: "M16 3 29 16 16 29 3 16Z",
};

/** ● ▲ ◆ as the map draws them. */
export function MarkIcon({ mark }: { mark: Mark }) {
  return (
    <svg class={`symbol ${mark}`} viewBox="0 0 32 32" role="img" aria-label={t(mark)}>
      <path d={paths[mark]} />
    </svg>
  );
}
