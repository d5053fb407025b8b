import type { ComponentChildren, RefObject } from "preact";
import { mapScale } from "../lib/scale.ts";

/** A box of the page with a map in it that is laid out at 1920×1080 and enlarged to the box. */
export function MapFrame({ map, class: name, as: Box = "div", children }: Props) {
  const size = `${100 / mapScale.value}%`;
  return (
    <Box class={`map-frame ${name}`}>
      <div class="map-scaled" style={{ width: size, height: size, transform: `scale(${mapScale.value})` }}>
        <div class="map" ref={map} />
      </div>
      {children}
    </Box>
  );
}

interface Props {
  map: RefObject<HTMLDivElement | null>;
  class: string;
  as?: "div" | "main";
  children?: ComponentChildren;
}
