import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { card, isUnnamed } from "../lib/api.ts";
import { caller } from "../lib/caller.ts";
import { day } from "../lib/format.ts";
import { type Name, nameOf, t, tOr } from "../lib/i18n.ts";
import { calledOf, endingOf, type Session, signOut } from "../lib/session.ts";
import { minute } from "../lib/state.ts";

interface Props {
  /** Called when the session is over. */
  onLeave: () => void;
}

/** Who looks at the wall, or that anybody may; and a month ahead, when that will end. */
export function Who({ onLeave }: Props) {
  const who = caller.value;
  if (!who) return null;
  if (who.open) return <p class="who open-access">{t("open4all")}</p>;
  return <Named who={who} onLeave={onLeave} />;
}

function Named({ who, onLeave }: { who: Session } & Props) {
  const subtree = useSubtreeName(who.subtree);
  const failed = useSignal(false);
  const leave = async () => {
    try {
      await signOut();
    } catch (problem) {
      failed.value = !isUnnamed(problem);
      if (failed.value) return;
    }
    onLeave();
  };
  return (
    <>
      <p class="who">
        <span>
          <b>{calledOf(who)}</b> {[who.role && tOr("as", who.role), subtree].filter(Boolean).join(" · ")}
        </span>
        <Ending who={who} />
      </p>
      <button type="button" class="lang" onClick={leave}>
        {t(failed.value ? "signOutFailed" : "signOut")}
      </button>
    </>
  );
}

/** A wall must never be surprised by the end of its key. */
function Ending({ who }: { who: Session }) {
  const ending = endingOf(who, minute.value);
  if (!ending) return null;
  const { at, days } = ending;
  const left = days > 1 ? "keyEnds" : days > 0 ? "keyEndsTomorrow" : "keyEndsToday";
  return <strong class="ending">▲ {t(left, { date: day(at), n: days })}</strong>;
}

/** The name of an area, its code until that is known. */
function useSubtreeName(code: string | undefined): string {
  const name = useSignal<Name>(undefined);
  useEffect(() => {
    if (!code) return;
    const mine = new AbortController();
    card(code, mine.signal)
      .then((area) => {
        name.value = area.name;
      })
      .catch(() => {}); // the code says it, too
    return () => mine.abort();
  }, [code]);
  return nameOf(name.value) || code || "";
}
