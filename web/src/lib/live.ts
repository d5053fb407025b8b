// Follows the server's stream of events and never gives up: a stream that
// breaks or goes silent is dropped and opened anew, each time after a longer
// wait, up to a cap. Every new stream begins with `hello`, after which the page
// reads the open incidents afresh: nothing has to be resumed to be right.

/** The server ticks every two seconds; three missed ticks are silence. */
export const silenceMs = 6_500;

const firstWaitMs = 400;
const longestWaitMs = 8_000;

const kinds = ["hello", "tick", "incident", "device", "edition", "tiles"] as const;
export type Kind = (typeof kinds)[number];

export interface Following {
  /** An event, its data parsed; seq is its id, 0 if it has none. */
  on(kind: Kind, data: unknown, seq: number): void;
  /** The stream was lost; another try follows by itself. */
  onLost(): void;
}

/** follow opens the stream and keeps it open until the returned function is called. */
export function follow(
  url: string,
  { on, onLost }: Following,
  jitter: () => number = Math.random,
): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let waitMs = firstWaitMs;

  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, silenceMs);
  };

  const open = () => {
    source = new EventSource(url);
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        heard();
        waitMs = firstWaitMs;
        on(kind, JSON.parse(event.data), Number(event.lastEventId) || 0);
      });
    }
    // The browser would retry at its own fixed pace, and not at all after an
    // HTTP error: every failure goes the same way instead.
    source.onerror = lost;
    heard();
  };

  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(watchdog);
    clearTimeout(retry);
  };

  const lost = () => {
    close();
    onLost();
    // Jitter, so that a hundred walls do not knock at a restarted server as one.
    retry = setTimeout(open, waitMs * (0.75 + jitter() / 2));
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  };

  open();
  return close;
}
