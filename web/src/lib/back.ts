// The way to the sign-in page and back from it.
import type { Lang } from "./i18n.ts";

/**
 * Why one comes to sign in: what a page was signed in with has ended, nobody had
 * to until now, one signed out, or signing in by OpenID Connect failed with a
 * problem of that kind.
 */
const reasons = [
  "ended",
  "closed",
  "out",
  "unauthenticated",
  "denied",
  "too-many",
  "unavailable",
  "failed",
] as const;
export type Reason = (typeof reasons)[number];

const home = "/wall";
const signInPath = "/sign-in";

/** The address of the sign-in page that leads back to where one is. */
export function signInFrom(from: Pick<Location, "pathname" | "search">, lang: Lang, why?: Reason): string {
  const q = new URLSearchParams({ to: from.pathname + from.search, lang });
  if (why) q.set("why", why);
  return `${signInPath}?${q}`;
}

export function reasonOf(search: string): Reason | undefined {
  const why = new URLSearchParams(search).get("why");
  return why === null ? undefined : (reasons.find((reason) => reason === why) ?? "failed");
}

/**
 * The address of a page of this origin, which no browser takes for one of elsewhere:
 * "//host" and "/\\host" are such. What stands after the path cannot change that.
 */
const page = /^(\/[\w-]+)+(?:[?#]|$)/;

/** Where to go once signed in: the `to` of a query if that is a page here, else the wall. */
export function backTo(search: string): string {
  const to = new URLSearchParams(search).get("to") ?? home;
  return page.test(to) && !/^\/(v1|sign-in)\b/.test(to) ? to : home;
}

/** The language that the sign-in page comes up in: as its address says, else as the page that it leads to was. */
export function langOf(search: string, preferred: string): Lang {
  const from = new URLSearchParams(backTo(search).split("?")[1]);
  const asked = new URLSearchParams(search).get("lang") ?? from.get("lang") ?? preferred;
  return asked.startsWith("zh") ? "zh" : "en";
}

/** The address of a page, to come up in a language. */
export function inLang(path: string, lang: Lang): string {
  const url = new URL(path, "http://here");
  url.searchParams.set("lang", lang);
  return url.pathname + url.search.replaceAll("%2C", ",") + url.hash;
}
