// The page is laid out for 3840×2160 and scales as a whole: wall.css sets the
// root's font size so that 1rem is 100 of those pixels. A map is laid out at
// half of them, 1920×1080, and enlarged: so the same zoom shows the same place at
// every screen size, with lines and letters of the same share of the screen.
import { signal } from "@preact/signals";

const mapPxPerRem = 50;

function measure(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / mapPxPerRem || 1;
}

/** CSS pixels of the page to one CSS pixel of a map. */
export const mapScale = signal(1);

/** Keeps mapScale right until the returned function is called. */
export function followScale(): () => void {
  const update = () => {
    mapScale.value = measure();
  };
  update();
  addEventListener("resize", update);
  return () => removeEventListener("resize", update);
}
