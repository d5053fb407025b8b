import { t } from "../lib/i18n.ts";
import type { Mark } from "../lib/incident.ts";
import { markPaths } from "../map/marks.ts";

/** ● ▲ ◆ as the map draws them. */
export function MarkIcon({ mark }: { mark: Mark }) {
  return (
    <svg class={`symbol ${mark}`} viewBox="0 0 32 32" role="img" aria-label={t(mark)}>
      <path d={markPaths[mark]} />
    </svg>
  );
}
