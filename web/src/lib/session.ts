// Who is signed in, as the server tells it. The session itself is a cookie that
// no script can read: a page holds nothing that could be stolen from it.
import { get, Refused, send } from "./api.ts";
import { t } from "./i18n.ts";

/** Who may see a layer: each class is for fewer eyes than the one before. */
export const classes = ["public", "internal", "restricted"] as const;
export type Class = (typeof classes)[number];

export interface Session {
  /** There is no access control: everybody on this machine is an administrator. */
  open: boolean;
  /** Of the key, or of who the token says it is. */
  id?: string;
  name?: string;
  /** It is no key but somebody's account at the issuer of OpenID Connect, which names nobody here. */
  account?: boolean;
  role?: string;
  classes?: Class[];
  /** The code of the area that the caller's scope is confined to. */
  subtree?: string;
  /** When the key ends that let one in: a session may end long before it. */
  key_ends?: string;
  /** Present while the key has less than 30 days left. */
  warning?: string;
  oidc?: boolean;
}

/** What a page calls who is signed in. */
export const calledOf = ({ id = "", name, account }: Session): string =>
  name || (account ? t("account") : id);

/** When a key ends, and how many midnights are left until then: none on its last day. */
export interface Ending {
  at: Date;
  days: number;
}

/** When the key ends that is warned of; undefined while there is none to warn of. */
export function endingOf({ warning, key_ends }: Session, nowMs: number): Ending | undefined {
  if (!warning || !key_ends) return undefined;
  const at = new Date(key_ends);
  const nights = (midnight(at) - midnight(new Date(nowMs))) / 86_400_000;
  return { at, days: Math.max(0, Math.round(nights)) }; // where clocks are changed, nights differ
}

const midnight = (at: Date): number => new Date(at).setHours(0, 0, 0, 0);

const path = "/v1/session";

/** Where signing in by OpenID Connect begins, which leads to a page of ours. */
export const oidcStart = (to: string): string => `${path}/oidc?${new URLSearchParams({ to })}`;

/** Nobody is signed in; whether one could by OpenID Connect. */
export interface Nobody {
  nobody: true;
  oidc: boolean;
}

/** Asks who is signed in. Throws Refused or TypeError where the service cannot tell. */
export async function whoAmI(signal?: AbortSignal): Promise<Session | Nobody> {
  try {
    return await get<Session>(path, signal);
  } catch (problem) {
    if (!(problem instanceof Refused) || problem.status !== 401) throw problem;
    return { nobody: true, oidc: Boolean(problem.problem.oidc) };
  }
}

/** Opens a session with a key, which goes into the body and nowhere else. */
export async function signIn(key: string): Promise<void> {
  await send("POST", path, { key });
}

/** Ends the session. */
export async function signOut(): Promise<void> {
  await send("DELETE", path);
}
