/** The dotted ground: a layer of its own that moves by less than one gap, so that panning paints nothing. */

import { useStoreApi } from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import type { JSX } from "react";
import { useEffect, useRef } from "react";

const GAP = 24;
/** On the screen, in pixels: where dots would be nearer to each other every second one is left out. */
const LEAST = 12;

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
        style.setProperty("--gap", `${gap}px`);
        style.setProperty("--dot", `${Math.max(0.6, 0.75 * zoom)}px`);
      }
      style.transform = `translate(${rest(x, gap)}px, ${rest(y, gap)}px)`;
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
