import { age, clock } from "../lib/format.ts";
import { t } from "../lib/i18n.ts";
import { connected, heard, now } from "../lib/state.ts";

/** After how long without a word from the server the picture may be wrong. */
const staleAfterMs = 6_000;
/** The same for a server that talks but has itself lost its store. */
const behindAfterS = 15;

/** A plain bar while the picture may be out of date. It does not flash; it says since when. */
export function StaleBar() {
  const text = staleText();
  // The region is always there, so that a screen reader hears when it fills.
  return (
    <div class="stale-region" role="status">
      {text && <p class="stale">{text}</p>}
    </div>
  );
}

const bornMs = Date.now();

function staleText(): string | undefined {
  const last = heard.value;
  if (!last) return now.value - bornMs > staleAfterMs ? t("staleFirst") : undefined;
  const silentMs = now.value - last.atMs;
  if (silentMs > staleAfterMs || (!connected.value && silentMs > 3_000)) {
    return t("stale", { age: age(silentMs / 1000), time: clock(new Date(last.atMs + last.skewMs)) });
  }
  return last.lagS > behindAfterS ? t("behind", { age: age(last.lagS) }) : undefined;
}
