// The shapes of the marks, ● open, ▲ overdue, ◆ urgent, for the map, its pulses
// and the page alike: paths in a box of 32 with its middle at 16, 16.
import type { Mark } from "../lib/incident.ts";

export const markPaths: Record<Mark, string> = {
  open: "M16 6.5a9.5 9.5 0 1 0 .01 0Z",
  overdue: "M16 4.5 27.5 25h-23Z",
  urgent: "M16 3 29 16 16 29 3 16Z",
};
