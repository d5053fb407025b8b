// Who is signed in, as the server tells it. The session itself is a cookie that
// no script can read: a page holds nothing that could be stolen from it.
import { get, Refused, send } from "./api.ts";

/** Who may see a layer: each class is for fewer eyes than the one before. */
export const classes = ["public", "internal", "restricted"] as const;
export type Class = (typeof classes)[number];

export interface Session {
  /** There is no access control: everybody on this machine is an administrator. */
  open: boolean;
  /** Of the key, or of who the token says it is. */
  id?: string;
  name?: string;
  role?: string;
  classes?: Class[];
  /** The code of the area that the caller's scope is confined to. */
  subtree?: string;
  /** Present while the key has less than 30 days left, and names the day. */
  warning?: string;
  oidc?: boolean;
}

/** The day on which a key ends, and how many days that is ahead: 0 on the day itself. */
export interface Ending {
  date: string;
  days: number;
}

/**
 * When the key ends that is warned of; undefined while there is none to warn of.
 * The date is the warning's own: a session may end long before its key.
 */
export function endingOf({ warning }: Session, nowMs: number): Ending | undefined {
  const date = /\d{4}-\d\d-\d\d/.exec(warning ?? "")?.[0];
  return date ? { date, days: Math.max(0, Math.ceil((Date.parse(date) - nowMs) / 86_400_000)) } : undefined;
}

const path = "/v1/session";

/** Where signing in by OpenID Connect begins. */
export const oidcStart = `${path}/oidc`;

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
