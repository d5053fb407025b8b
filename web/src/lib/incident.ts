// An incident as the wall shows it: what marks it, how old it is, whose it is.
import type { Category, IncidentFeature, Point } from "./api.ts";
import type { Name } from "./i18n.ts";

/** Shape and hue double each other: ● open, ▲ overdue, ◆ urgent. Urgent outweighs overdue. */
export type Mark = "open" | "overdue" | "urgent";

export interface Incident {
  id: number;
  point: Point;
  atMs: number;
  category: string;
  code: string;
  urgent: boolean;
  state: string;
  /** The finest grid, "" where no grid owns the spot. */
  grid: string;
  owner: string;
  ownerName: Name;
}

const urgentWords = new Set(["urgent", "high", "critical", "emergency", "紧急"]);

export function fromFeature({ id, geometry, properties: p }: IncidentFeature): Incident {
  return {
    id,
    point: geometry.coordinates,
    atMs: p.at * 1000,
    category: p.category ?? "",
    code: p.code ?? "",
    urgent: urgentWords.has(p.urgency ?? ""),
    state: p.state ?? "open",
    grid: p.grid ?? "",
    owner: p.owner ?? p.grid ?? "",
    ownerName: p.owner_name,
  };
}

/**
 * When an incident is overdue, in ms since 1970: undefined where the scheme sets
 * its category no time, for then nothing can honestly be called overdue.
 */
export function dueMs(incident: Incident, categories: ReadonlyMap<string, Category>): number | undefined {
  const minutes = categories.get(incident.category)?.due_minutes;
  return minutes ? incident.atMs + minutes * 60_000 : undefined;
}

export function markOf(incident: Incident, categories: ReadonlyMap<string, Category>, nowMs: number): Mark {
  if (incident.urgent) return "urgent";
  const due = dueMs(incident, categories);
  return due !== undefined && due < nowMs ? "overdue" : "open";
}

const weight: Record<Mark, number> = { urgent: 0, overdue: 1, open: 2 };

/** The order of the queue: urgent, overdue, open; the newest first within each. */
export function byWeight(
  categories: ReadonlyMap<string, Category>,
  nowMs: number,
): (a: Incident, b: Incident) => number {
  return (a, b) =>
    weight[markOf(a, categories, nowMs)] - weight[markOf(b, categories, nowMs)] ||
    b.atMs - a.atMs ||
    b.id - a.id;
}

export interface Row {
  /** The newest of the group. */
  incident: Incident;
  /** How many it stands for; 1 when it stands for itself. */
  count: number;
}

/**
 * The rows of the queue. When there are more incidents than rows, those of one
 * category, one owner and one weight share a row: a storm of the same report
 * from the same place would otherwise push everything else off the wall.
 */
export function queueRows(sorted: readonly Incident[], room: number): Row[] {
  if (sorted.length <= room) return sorted.map((incident) => ({ incident, count: 1 }));
  const rows = new Map<string, Row>();
  for (const incident of sorted) {
    const key = `${incident.urgent}|${incident.category}|${incident.owner}`;
    const row = rows.get(key);
    if (row) row.count++;
    else rows.set(key, { incident, count: 1 });
  }
  return [...rows.values()];
}
