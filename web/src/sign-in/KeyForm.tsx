import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refused } from "../lib/api.ts";
import { day } from "../lib/format.ts";
import { type Key, t } from "../lib/i18n.ts";
import { signIn } from "../lib/session.ts";

/** What went wrong, as a text of the table. */
interface Trouble {
  key: Key;
  values?: Record<string, string | number>;
}

/**
 * The form for a key. The field has no name and the key is in no state: it is
 * read when it is sent, in the body of the request, and taken out once it did.
 */
export function KeyForm({ onDone }: { onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const trouble = useSignal<Trouble | undefined>(undefined);
  const waitS = useSignal(0);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const clock = setInterval(() => {
      if (waitS.value > 0 && --waitS.value === 0) trouble.value = undefined;
    }, 1000);
    return () => clearInterval(clock);
  }, []);

  const send = async (event: Event) => {
    event.preventDefault();
    const field = input.current;
    const key = field?.value.trim();
    if (!field || busy.value || waitS.value > 0) return;
    if (!key) {
      trouble.value = { key: "signIn.noKey" };
      return field.focus();
    }
    busy.value = true;
    try {
      await signIn(key);
      field.value = "";
      onDone();
    } catch (problem) {
      trouble.value = troubleOf(problem);
      if (problem instanceof Refused) waitS.value = problem.retryAfterS;
      busy.value = false;
      field.select(); // what is pasted next takes its place
    }
  };

  const words = trouble.value && t(trouble.value.key, { ...trouble.value.values, n: waitS.value });
  return (
    <form method="post" onSubmit={send}>
      <label for="key">{t("key")}</label>
      <input
        ref={input}
        id="key"
        type="password"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={Boolean(words)}
        aria-describedby="key-from trouble"
      />
      <p id="key-from" class="none">
        {t("keyFrom")}
      </p>
      <p id="trouble" role="alert">
        {words}
      </p>
      <button type="submit" class="button main" disabled={busy.value || waitS.value > 0}>
        {t(busy.value ? "signingIn" : "signIn")}
      </button>
    </form>
  );
}

const words: Partial<Record<string, Key>> = {
  unknown: "signIn.unknown",
  expired: "signIn.expired",
  revoked: "signIn.revoked",
  limited: "signIn.limited",
  sessions: "signIn.sessions",
};

/** An error of signing in, in words that help; in the server's own where it gives a reason that is new, or none. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Refused) || error.status >= 500) return { key: "signIn.away" };
  const { reason = "", expired } = error.problem;
  const key = words[reason];
  if (!key) return { key: "signIn.refused", values: { detail: error.message } };
  return expired ? { key, values: { date: day(new Date(expired)) } } : { key };
}
