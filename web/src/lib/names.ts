// Names of things that the scheme names, in the page's language.
import type { AreaRef } from "./api.ts";
import { chains } from "./areas.ts";
import { nameOf, t, tOr } from "./i18n.ts";
import type { Incident } from "./incident.ts";
import { categories, levels, scheme } from "./state.ts";

export function areaName(area: AreaRef): string {
  return nameOf(area.name) || area.code;
}

/** A category by the scheme's name of it, else as the incident has it. */
export function categoryName(id: string): string {
  return nameOf(categories.value.get(id)?.name) || tOr("category", id);
}

/** The area that answers for an incident; "unplaced" where none does. */
export function ownerName(incident: Incident): string {
  const known = chains.value.get(incident.owner)?.at(-1);
  return nameOf(known?.name) || nameOf(incident.ownerName) || incident.owner || t("unplaced");
}

/**
 * Where an incident is, beside its owner's name: the nearest area above the owner
 * that the owner's own name does not say already. "" while that is not known.
 */
export function whereIs(incident: Incident): string {
  const owner = ownerName(incident);
  const above = chains.value.get(incident.owner)?.slice(0, -1) ?? [];
  const area = above.findLast((a) => !owner.startsWith(areaName(a)));
  return area ? areaName(area) : "";
}

export function levelName({ level, network }: Pick<AreaRef, "level" | "network">): string {
  const all = scheme.value?.networks.find((n) => n.id === network)?.levels ?? levels.value;
  return nameOf(all.find((l) => l.id === level)?.name) || tOr("level", level);
}

/** The network's name, "" for the basic one: that goes without saying. */
export function networkName(id: string | undefined): string {
  const network = scheme.value?.networks.find((n) => n.id === id);
  return network && network.kind !== "basic" ? nameOf(network.name) || network.id : "";
}
