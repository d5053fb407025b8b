import { useSignal } from "@preact/signals";
import { t, tOr } from "../lib/i18n.ts";
import { switches } from "../lib/params.ts";
import { flip, on } from "../lib/state.ts";
import { drawn } from "./useCity.ts";

/** The panel of layer switches: of those layers that there are for the caller. */
export function Layers() {
  const open = useSignal(false);
  const shown = switches.filter((s) => drawn.value.has(s));
  return (
    <section
      class="layers"
      aria-label={t("layers")}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open.value) return;
        open.value = false;
        event.preventDefault(); // the card stays
      }}
    >
      <button
        type="button"
        class="tool"
        aria-expanded={open.value}
        aria-controls="layer-switches"
        onClick={() => (open.value = !open.value)}
      >
        {t("layers")}
      </button>
      <fieldset id="layer-switches" class="panel" hidden={!open.value}>
        <legend>{t("layers")}</legend>
        {shown.map((name) => (
          <label key={name}>
            <input type="checkbox" checked={on.value.has(name)} onChange={() => flip(name)} />
            {tOr("layer", name)}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
