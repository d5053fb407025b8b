// The chain of areas above each grid that has an open incident: who is asked for
// is known only from the incidents, so chains are fetched as they are needed and
// kept until the next edition.
import { computed, effect, signal, untracked } from "@preact/signals";
import { type AreaRef, card } from "./api.ts";
import { edition, incidents } from "./state.ts";

const atOnce = 4;

/** By code of a grid, its chain from the top down, the grid itself last. */
export const chains = signal<ReadonlyMap<string, readonly AreaRef[]>>(new Map());

/** What is asked under one edition: answers that come under the next one are of old borders, and dropped. */
class Round {
  readonly asked = new Set<string>();
  readonly queue: string[] = [];
  running = 0;
}
let round = new Round();

/** Fetches chains for all incidents' owners from now on, until the returned function is called. */
export function followChains(): () => void {
  let known: number | undefined;
  return effect(() => {
    const id = edition.value?.id;
    const all = incidents.value;
    untracked(() => {
      if (known !== undefined && id !== known) {
        round = new Round();
        chains.value = new Map(); // areas may have other parents now
      }
      known = id;
      for (const { owner } of all.values()) {
        if (!owner || round.asked.has(owner)) continue;
        round.asked.add(owner);
        round.queue.push(owner);
      }
      while (round.running < atOnce && round.queue.length > 0) void work(round);
    });
  });
}

async function work(mine: Round): Promise<void> {
  const { asked, queue } = mine;
  mine.running++;
  const found: [string, AreaRef[]][] = [];
  for (let code = queue.shift(); code !== undefined && mine === round; code = queue.shift()) {
    try {
      const { chain = [], ...area } = await card(code);
      const whole = chain.at(-1)?.code === area.code ? chain : [...chain, area];
      found.push([code, whole]);
    } catch {
      asked.delete(code); // asked again when the next incident comes
    }
    if (mine === round && (found.length >= 16 || queue.length === 0)) {
      chains.value = new Map([...chains.value, ...found.splice(0)]);
    }
  }
  mine.running--;
}

export interface Bar {
  code: string;
  area: AreaRef;
  open: number;
  urgent: number;
}

/** Open incidents by the areas of the level below the top, the most burdened first. */
export const bars = computed<Bar[]>(() => {
  const all = new Map<string, Bar>();
  for (const incident of incidents.value.values()) {
    const chain = chains.value.get(incident.owner);
    const area = chain?.[1] ?? chain?.[0];
    if (!area) continue;
    const bar = all.get(area.code) ?? { code: area.code, area, open: 0, urgent: 0 };
    bar.open++;
    if (incident.urgent) bar.urgent++;
    all.set(area.code, bar);
  }
  return [...all.values()].sort((a, b) => b.open - a.open || (a.code < b.code ? -1 : 1));
});
