import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Refused, type Suggestion, suggest } from "../lib/api.ts";
import { type Key, nameOf, t, tOr } from "../lib/i18n.ts";

const pauseMs = 120;

/** Search by name or code: a combobox whose choice flies there. */
export function Search({ onChoose }: { onChoose: (choice: Suggestion) => void }) {
  const query = useSignal("");
  const found = useSignal<Suggestion[] | undefined>(undefined);
  const failed = useSignal(false);
  const active = useSignal(0);
  const foundFor = useRef(""); // the words that `found` is of
  const running = useRef<AbortController | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const close = () => {
    clearTimeout(timer.current);
    running.current?.abort();
    found.value = undefined;
    failed.value = false;
  };
  const ask = async (q: string) => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    try {
      found.value = await suggest(q, mine.signal);
      foundFor.current = q;
      failed.value = false;
      active.value = 0;
    } catch (problem) {
      if (mine.signal.aborted) return;
      found.value = [];
      failed.value = !(problem instanceof Refused && problem.status < 500);
    }
  };
  const type = (q: string) => {
    query.value = q;
    clearTimeout(timer.current);
    if (q.trim()) timer.current = setTimeout(() => void ask(q.trim()), pauseMs);
    else close();
  };
  const choose = (choice: Suggestion | undefined) => {
    if (!choice) return;
    close();
    query.value = nameOf(choice.name) || choice.code;
    onChoose(choice);
  };
  const key = async (event: KeyboardEvent) => {
    const n = found.value?.length ?? 0;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (n > 0) active.value = (active.value + (event.key === "ArrowDown" ? 1 : n - 1)) % n;
        break;
      case "Enter": {
        event.preventDefault();
        clearTimeout(timer.current);
        const q = query.value.trim();
        if (q && (!found.value || foundFor.current !== q)) await ask(q); // faster than the pause
        if (foundFor.current === q) choose(found.value?.[active.value]);
        return;
      }
      case "Escape":
        if (!found.value) return; // for the card to take
        close();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const list = found.value;
  return (
    <search class="search">
      <input
        type="text"
        role="combobox"
        aria-label={t("search")}
        aria-expanded={Boolean(list?.length)}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={list?.length ? `found-${active.value}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={t("search")}
        value={query.value}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={key}
        onBlur={close}
      />
      <div id="found" class="panel" role="listbox" aria-label={t("search")} hidden={!list?.length}>
        {list?.map((item, i) => (
          <div
            key={`${item.kind}${item.code}`}
            id={`found-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active.value}
            onPointerDown={(event) => {
              event.preventDefault(); // before the blur that would close the list
              choose(item);
            }}
          >
            <b>{nameOf(item.name) || item.code}</b>
            <small>{[kindName(item), item.context, item.code].filter(Boolean).join(" · ")}</small>
          </div>
        ))}
      </div>
      {list?.length === 0 && (
        <p class="panel none" role="status">
          {failed.value ? t("searchFailed") : t("noResult", { q: query.value })}
        </p>
      )}
    </search>
  );
}

function kindName({ kind, level }: Suggestion): string {
  return kind === "grid" && level ? tOr("level", level) : t(kind as Key);
}
