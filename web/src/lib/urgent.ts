// Which urgent incident the inset shows: the newest, at a pace that a person can
// read. At a storm's rate it holds still.
import { effect, signal } from "@preact/signals";
import type { Incident } from "./incident.ts";
import { incidents, newestUrgent } from "./state.ts";

/** A person must be able to read one before the next: at most one change in this time. */
export const holdMs = 20_000;

/** The incident that the inset shows now. */
export const held = signal<Incident | undefined>();

/** Follows the newest urgent incident until the returned function is called. */
export function followUrgent(): () => void {
  let changedMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = () => {
    changedMs = Date.now();
    held.value = newestUrgent.peek();
  };
  const stop = effect(() => {
    const next = newestUrgent.value;
    const now = incidents.value.get(held.peek()?.id ?? 0);
    clearTimeout(timer);
    // One that is settled makes room at once: a closed case must not hang on the wall.
    if (!now?.urgent) return take();
    held.value = now; // it may have been routed anew
    if (next && next.id !== now.id) timer = setTimeout(take, changedMs + holdMs - Date.now());
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
