import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Reason } from "../lib/back.ts";
import { lang, t, tOr } from "../lib/i18n.ts";
import { calledOf, type Nobody, oidcStart, type Session, signOut, whoAmI } from "../lib/session.ts";
import { KeyForm } from "./KeyForm.tsx";

interface Props {
  why: Reason | undefined;
  /** The page that one goes on to. */
  to: () => string;
  /** Called when somebody is signed in and wants to go on. */
  onDone: () => void;
}

/**
 * Where one says who one is. It never goes on by itself: a wall that comes here
 * because nobody is signed in must not be sent back and forth.
 */
export function SignIn({ why, to, onDone }: Props) {
  const who = useSignal<Session | Nobody | undefined>(undefined);
  const ask = () =>
    whoAmI()
      .then((answer) => (who.value = answer))
      .catch(() => {}); // the form says so, if it still is so when it is sent
  useEffect(() => void ask(), []);
  useSignalEffect(nameDocument);
  const known = who.value;
  const somebody = known && !("nobody" in known) ? known : undefined;
  return (
    <main class="box panel">
      <header>
        <h1>{t("signInTitle")}</h1>
        <button type="button" class="lang" onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
          {t("switchLang")}
        </button>
      </header>
      {why && !somebody && <p class={why === "out" ? "why" : "why abnormal"}>{t(`why.${why}`)}</p>}
      {somebody ? (
        <Somebody who={somebody} onDone={onDone} onOut={ask} />
      ) : (
        <>
          <KeyForm onDone={onDone} />
          {known && "nobody" in known && known.oidc && (
            <a class="button oidc" href={oidcStart(to())}>
              {t("oidc")}
            </a>
          )}
        </>
      )}
    </main>
  );
}

function Somebody({ who, onDone, onOut }: { who: Session; onDone: () => void; onOut: () => void }) {
  const name = [calledOf(who), who.role && tOr("as", who.role)].filter(Boolean).join(" · ");
  const failed = useSignal(false);
  const out = () => signOut().then(onOut, () => (failed.value = true));
  return (
    <>
      <p>{who.open ? t("noNeed") : t("signedIn", { who: name })}</p>
      <button type="button" class="button main" onClick={onDone}>
        {t("goOn")}
      </button>
      {!who.open && (
        <button type="button" class="button" onClick={out}>
          {t(failed.value ? "signOutFailed" : "signOut")}
        </button>
      )}
    </>
  );
}

function nameDocument(): void {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.title = t("signInTitle");
}
