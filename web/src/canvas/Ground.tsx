/** The dotted ground: a layer of its own that moves by less than one gap, so that panning paints nothing. */

import { useStoreApi } from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import type { JSX } from "react";
import { useEffect, useRef } from "react";

const GAP = 24;
/** On the screen, in pixels: where dots would be nearer to each other every second one is left out. */
const LEAST = 12;
/** How far it reaches beyond the left and upper edge (as in canvas.css): the largest gap there is. */
const ROOM = 72;

export function Ground(): JSX.Element {
  const ground = useRef<HTMLDivElement>(null);
  const flow = useStoreApi();
  useEffect(() => {
    let drawn = 0;
    const place = ({ transform: [x, y, zoom] }: ReactFlowState): void => {
      const style = ground.current?.style;
      if (!style) return;
      let gap = GAP * zoom;
      while (gap < LEAST) gap *= 2;
      if (zoom !== drawn) {
        drawn = zoom;
        const dot = Math.max(0.6, 0.75 * zoom);
        style.backgroundSize = `${gap}px ${gap}px`;
        style.backgroundImage = `radial-gradient(circle, var(--ground-dot) ${dot}px, transparent ${dot + 0.5}px)`;
      }
      style.transform = `translate(${rest(x + ROOM, gap)}px, ${rest(y + ROOM, gap)}px)`;
    };
    place(flow.getState());
    return flow.subscribe(place);
  }, [flow]);
  return <div ref={ground} className="ground" aria-hidden="true" />;
}

/** What is left of a shift after whole gaps, from 0 up to one gap. */
function rest(shift: number, gap: number): number {
  return ((shift % gap) + gap) % gap;
}
