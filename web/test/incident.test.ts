import { expect, test } from "vitest";
import type { Category } from "../src/lib/api.ts";
import { byWeight, fromFeature, type Incident, markOf, queueRows } from "../src/lib/incident.ts";

const nowMs = Date.parse("2026-11-23T12:00:00Z");

function incident(id: number, ageMinutes: number, more: Partial<Incident> = {}): Incident {
  return {
    id,
    point: [106.6, 26.6],
    atMs: nowMs - ageMinutes * 60_000,
    category: "noise",
    code: "",
    urgent: false,
    state: "open",
    grid: "g1",
    owner: "g1",
    ownerName: "",
    ...more,
  };
}

test("a feature's time is in seconds, its owner falls back to its grid", () => {
  const feature = fromFeature({
    type: "Feature",
    id: 7,
    geometry: { type: "Point", coordinates: [106.6, 26.6] },
    properties: { at: nowMs / 1000, urgency: "urgent", grid: "g9" },
  });
  expect(feature).toMatchObject({ atMs: nowMs, urgent: true, owner: "g9", state: "open" });
});

test("nothing is overdue unless the scheme gives its category a time", () => {
  const none = new Map<string, Category>();
  const hour = new Map<string, Category>([["noise", { due_minutes: 60 }]]);
  expect(markOf(incident(1, 100_000), none, nowMs)).toBe("open");
  expect(markOf(incident(1, 60), hour, nowMs)).toBe("open");
  expect(markOf(incident(1, 61), hour, nowMs)).toBe("overdue");
  expect(markOf(incident(1, 61, { urgent: true }), hour, nowMs)).toBe("urgent");
});

test("the queue is ordered urgent, overdue, open, the newest first within each", () => {
  const hour = new Map<string, Category>([["noise", { due_minutes: 60 }]]);
  const all = [
    incident(1, 5),
    incident(2, 90),
    incident(3, 200, { urgent: true }),
    incident(4, 3),
    incident(5, 70),
    incident(6, 1, { urgent: true }),
  ];
  expect(all.sort(byWeight(hour, nowMs)).map((i) => i.id)).toEqual([6, 3, 5, 2, 4, 1]);
});

test("rows group only when there is no room, never across owner, category or urgency, and lose nobody", () => {
  const few = [incident(1, 1), incident(2, 2)];
  expect(queueRows(few, 2).map((r) => r.count)).toEqual([1, 1]);
  const storm = Array.from({ length: 500 }, (_, i) =>
    incident(i, i / 100, { owner: `g${i % 7}`, category: i % 2 ? "noise" : "flood", urgent: i % 35 === 0 }),
  );
  const rows = queueRows(storm, 8);
  expect(rows.reduce((n, row) => n + row.count, 0)).toBe(500);
  const kinds = new Set(storm.map((i) => `${i.owner}${i.category}${i.urgent}`));
  expect(rows.length).toBe(kinds.size);
  expect(rows[0]?.incident.id).toBe(0); // the newest of its group stands for it
});
