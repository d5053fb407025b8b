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
 * Where to go once signed in: the `to` of a query if that is a path of this
 * origin, else the wall. The result is absolute, for the path of an URL can read
 * as another host: "/.//elsewhere" is the path "//elsewhere".
 */
export function backTo(search: string, origin: string): string {
  const to = new URLSearchParams(search).get("to") ?? home;
  const fallback = new URL(home, origin).href;
  if (!to.startsWith("/") || !URL.canParse(to, origin)) return fallback;
  const url = new URL(to, origin);
  return url.origin === origin && url.pathname !== signInPath ? url.href : fallback;
}
