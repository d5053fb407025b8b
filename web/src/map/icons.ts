// The symbols of the map, drawn here: no sprite to fetch, sharp at every pixel
// ratio. Each is drawn on a canvas of whole CSS pixels times the ratio.
import type { Map as MapLibre } from "maplibre-gl";
import type { Mark } from "../lib/incident.ts";
import { markPaths } from "./marks.ts";

const land = "#15191E";
const hue = {
  open: "#6CB8FF",
  overdue: "#F5A623",
  urgent: "#FF6B5E",
  calm: "#A9B5C1",
  off: "#5B6672",
} as const;

type Pen = CanvasRenderingContext2D;
interface Icon {
  size: number;
  draw(pen: Pen): void;
  /** For images that stretch around a text: the middle that may grow, from–to. */
  stretch?: [number, number];
}

function shape(pen: Pen, path: Path2D, fill: string, edge: string, width: number): void {
  pen.lineJoin = "round";
  pen.lineWidth = width * 2; // half of it lies under the fill
  pen.strokeStyle = edge;
  pen.stroke(path);
  pen.fillStyle = fill;
  pen.fill(path);
}

function polygon(pen: Pen, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], i) => {
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.closePath();
}

const incident = (mark: Mark): Icon => ({
  size: 32,
  draw: (pen) => shape(pen, new Path2D(markPaths[mark]), hue[mark], land, 2.5),
});

/** A device: its glyph on a dark disc; an alert is a filled diamond, off is crossed out. Never hue alone. */
const device = (glyph: (pen: Pen) => void, state: "ok" | "off" | "alert"): Icon => ({
  size: 30,
  draw(pen) {
    const ink = { ok: hue.calm, off: hue.off, alert: land }[state];
    if (state === "alert") shape(pen, new Path2D("M15 1.5 28.5 15 15 28.5 1.5 15Z"), hue.overdue, land, 1);
    else
      shape(
        pen,
        new Path2D("M15 4a11 11 0 1 0 .01 0Z"),
        "#1E252C",
        state === "off" ? hue.off : "#55616D",
        0.8,
      );
    pen.lineWidth = 1.8;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = ink;
    pen.fillStyle = ink;
    pen.beginPath();
    glyph(pen);
    if (state === "off") {
      pen.beginPath();
      pen.moveTo(8, 22);
      pen.lineTo(22, 8);
      pen.stroke();
    }
  },
});

const glyphs = {
  camera(pen: Pen) {
    pen.roundRect(8.5, 11, 8.5, 8, 1.5);
    pen.fill();
    pen.beginPath();
    polygon(pen, [
      [18.2, 14.2],
      [22, 11.6],
      [22, 18.4],
      [18.2, 15.8],
    ]);
    pen.fill();
  },
  gate(pen: Pen) {
    pen.roundRect(10.8, 8.8, 8.4, 12.4, 1);
    pen.stroke();
    pen.beginPath();
    pen.arc(16.7, 15.2, 1.2, 0, 7);
    pen.fill();
  },
  water(pen: Pen) {
    pen.moveTo(15, 8);
    pen.bezierCurveTo(18, 12, 20, 14, 20, 17);
    pen.arc(15, 17, 5, 0, Math.PI);
    pen.bezierCurveTo(10, 14, 12, 12, 15, 8);
    pen.fill();
  },
  sensor(pen: Pen) {
    pen.arc(15, 15, 2, 0, 7);
    pen.fill();
    for (const [from, to] of [
      [-0.8, 0.8],
      [Math.PI - 0.8, Math.PI + 0.8],
    ] as const) {
      pen.beginPath();
      pen.arc(15, 15, 6, from, to);
      pen.stroke();
    }
  },
};

const site = (draw: (pen: Pen) => void): Icon => ({
  size: 14,
  draw(pen) {
    pen.fillStyle = pen.strokeStyle = "#7C8895";
    pen.lineWidth = 1.5;
    pen.beginPath();
    draw(pen);
  },
});

const sites: Record<string, Icon> = {
  "site-merchant": site((pen) => {
    pen.roundRect(4.5, 4.5, 5, 5, 1);
    pen.fill();
  }),
  "site-station": site((pen) => {
    polygon(pen, [
      [7, 1.5],
      [12.5, 6.5],
      [12.5, 12.5],
      [1.5, 12.5],
      [1.5, 6.5],
    ]);
    pen.fill();
  }),
  "site-panorama": site((pen) => {
    pen.arc(7, 7, 4.5, 0, 7);
    pen.stroke();
    pen.beginPath();
    pen.arc(7, 7, 1.4, 0, 7);
    pen.fill();
  }),
};

/** The plate behind a count of incidents: it grows with the number. */
const plate = (ring: string): Icon => ({
  size: 36,
  stretch: [17, 19],
  draw: (pen) => {
    pen.beginPath();
    pen.roundRect(2, 2, 32, 32, 16);
    pen.fillStyle = "#12171CF0";
    pen.fill();
    pen.lineWidth = 2.5;
    pen.strokeStyle = ring;
    pen.stroke();
  },
});

/** A hatch that tiles: lines at 45° or 135°. */
const hatch = (down: boolean): Icon => ({
  size: 16,
  draw(pen) {
    pen.lineWidth = 1.6;
    pen.strokeStyle = "#C3CCD6";
    for (const shift of [-16, 0, 16]) {
      pen.beginPath();
      pen.moveTo(shift - 2, down ? -2 : 18);
      pen.lineTo(shift + 18, down ? 18 : -2);
      pen.stroke();
    }
  },
});

const icons: Record<string, Icon> = {
  "incident-open": incident("open"),
  "incident-overdue": incident("overdue"),
  "incident-urgent": incident("urgent"),
  "count-open": plate(hue.open),
  "count-urgent": plate(hue.urgent),
  "hatch-0": hatch(false),
  "hatch-1": hatch(true),
  ...sites,
};
for (const [name, glyph] of Object.entries(glyphs)) {
  icons[name] = device(glyph, "ok");
  icons[`${name}-off`] = device(glyph, "off");
  icons[`${name}-alert`] = device(glyph, "alert");
}

export const iconNames: readonly string[] = Object.keys(icons);

/** Draws all icons at a pixel ratio and gives them to the map. Call it when the style has loaded. */
export function addIcons(map: MapLibre, ratio: number): void {
  const scale = Math.max(1, Math.ceil(ratio));
  for (const [name, icon] of Object.entries(icons)) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = icon.size * scale;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(scale, scale);
    icon.draw(pen);
    const image = pen.getImageData(0, 0, canvas.width, canvas.height);
    const [from, to] = icon.stretch ?? [0, 0];
    const stretch = icon.stretch
      ? {
          stretchX: [[from * scale, to * scale]] as [number, number][],
          stretchY: [[from * scale, to * scale]] as [number, number][],
          content: [8 * scale, 3 * scale, 28 * scale, 33 * scale] as [number, number, number, number],
        }
      : {};
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, image, { pixelRatio: scale, ...stretch });
  }
}
