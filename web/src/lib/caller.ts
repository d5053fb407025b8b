// Who looks at the page, from its first moment on: asked at once, again whenever
// something says that it may have changed, and now and then for the warning of a
// key's last month. A service that is away is no reason to leave: a wall stays up
// on what the tiles alone tell of its caller.
import { computed, effect, signal, untracked } from "@preact/signals";
import { isUnnamed, layersOf, unnamed } from "./api.ts";
import { type Class, classes, type Session, whoAmI } from "./session.ts";

const againMs = 10 * 60_000;
/** Between two questions at least, however often there is a reason to ask. */
const pauseMs = 200;
/** Until the next try where the service is away: soon while nothing is known yet. */
const retryMs = () => (known.peek() ? 10_000 : 1_000);

/** Who is signed in; undefined while that is not known. */
export const caller = signal<Session | undefined>();

/** What the tiles alone told, while the service that knows the caller is away. */
const told = signal<readonly Class[] | undefined>();

/** What the caller may see, as text, which is equal to itself: what hangs on it is not made anew for another list of the same. */
export const seen = computed(() => (caller.value?.classes ?? told.value)?.join());

/** Whether it is known yet what the caller may see. */
export const known = computed(() => seen.value !== undefined);

/** Whether the caller may see what is of a class; no while that is not known. */
export const sees = (wanted: Class): boolean => seen.value?.split(",").includes(wanted) ?? false;

/** Asks again who the caller is: what followCaller put there. */
let ask = (): void => {};

/** To be called when something broke off that breaks off when a caller is no longer let in. */
export const askAgain = (): void => ask();

/**
 * Keeps the above right until the returned function is called. onGone is called
 * once, when nobody is signed in: was tells whether somebody had been.
 */
export function followCaller(onGone: (was: boolean) => void): () => void {
  const mine = new AbortController();
  let asking = false;
  let oncemore = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    mine.abort();
    clearTimeout(timer);
    stopUnnamed();
    ask = () => {};
  };
  const gone = () => {
    if (mine.signal.aborted) return;
    stop();
    onGone(known.peek());
  };
  const once = async (): Promise<number> => {
    try {
      const who = await whoAmI(mine.signal);
      if ("nobody" in who) gone();
      else if (!mine.signal.aborted) caller.value = who;
      return againMs;
    } catch {
      // The service is away; the tiles know who is let in, too.
    }
    try {
      const classes = await askTiles();
      if (!mine.signal.aborted) told.value = classes;
    } catch (problem) {
      if (isUnnamed(problem)) gone();
    }
    return retryMs();
  };
  ask = () => {
    oncemore = true;
    if (asking) return;
    asking = true;
    void (async () => {
      let waitMs = againMs;
      while (oncemore && !mine.signal.aborted) {
        oncemore = false;
        clearTimeout(timer);
        waitMs = await once();
        await new Promise((done) => setTimeout(done, pauseMs));
      }
      asking = false;
      if (!mine.signal.aborted) timer = setTimeout(ask, waitMs);
    })();
  };
  let first = true;
  const stopUnnamed = effect(() => {
    void unnamed.value;
    if (!first) untracked(ask);
    first = false;
  });
  ask();
  return stop;
}

/** The classes of the layers that the tiles have for the caller. */
async function askTiles(): Promise<Class[]> {
  const [devices, incidents] = await Promise.all([layersOf("devices"), layersOf("incidents")]);
  const has: Record<Class, boolean> = {
    public: true,
    internal: devices.has("devices"),
    restricted: incidents.has("incidents"),
  };
  return classes.filter((c) => has[c]);
}
