// What is selected: reads an area's facts and outline when its code is chosen,
// and again when an edition comes into force.
import { effect, signal } from "@preact/signals";
import * as api from "./api.ts";
import { edition, selected } from "./state.ts";

export type CardState = { code: string; card?: api.Card; failed?: boolean; hidden?: boolean };

export const cardState = signal<CardState | undefined>();
export const outline = signal<GeoJSON.Feature | GeoJSON.FeatureCollection | undefined>();

const refreshMs = 10_000;

/** Follows the selection until the returned function is called. */
export function followSelection(): () => void {
  return effect(() => {
    const code = selected.value;
    void edition.value?.id;
    if (!code) {
      cardState.value = undefined;
      outline.value = undefined;
      return;
    }
    const mine = new AbortController();
    cardState.value = cardState.peek()?.code === code ? cardState.peek() : { code };
    if (outline.peek() && cardState.peek()?.card === undefined) outline.value = undefined;

    const readCard = async () => {
      try {
        const card = await api.card(code, mine.signal);
        cardState.value = { code, card };
      } catch (problem) {
        if (mine.signal.aborted) return;
        if (api.isHidden(problem)) cardState.value = { code, hidden: true };
        else cardState.value = { ...cardState.peek(), code, failed: true };
      }
    };
    const readOutline = async () => {
      try {
        const shape = await api.boundary(code, mine.signal);
        outline.value = shape;
      } catch {
        if (!mine.signal.aborted) outline.value = undefined;
      }
    };
    void readCard();
    void readOutline();
    const timer = setInterval(readCard, refreshMs); // its open incidents change
    return () => {
      clearInterval(timer);
      mine.abort();
    };
  });
}
