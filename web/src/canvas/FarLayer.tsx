/** All nodes and wires on one drawing, for when they are too small to read: cheap at any number. */

import { useStore, useStoreApi } from "@xyflow/react";
import type { JSX } from "react";
import { useEffect, useMemo, useRef } from "react";
import type { Geometry } from "../graph/geometry.ts";
import type { FarLift } from "./farlift.ts";
import { draw, MARGIN } from "./farpicture.ts";
import type { Transform } from "./farpicture.ts";
import type { WireEdge } from "./flow.ts";
import { outlineOf } from "./outline.ts";
import { useFarHands } from "./useFarHands.ts";

interface Props {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
}

/** Milliseconds after the last turn of the wheel until the picture is drawn at its new scale. */
const SETTLED = 140;

export default function FarLayer({ geometry, wires, selection }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const lift = useRef<FarLift | null>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const outline = useMemo(() => outlineOf(geometry, wires), [geometry, wires]);
  const redraw = useRef<() => void>(() => undefined);
  const flow = useStoreApi();
  useEffect(() => {
    let drawn: Transform | null = null;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const paint = (): void => {
      clearTimeout(settling);
      if (!canvas.current) return;
      drawn = flow.getState().transform;
      draw(canvas.current, outline, selection, drawn, lift.current?.ids ?? null);
      canvas.current.style.transform = "";
      // What was lifted is taken away only now that the picture has it again.
      if (lift.current) lift.current.place(drawn);
      else above.current?.replaceChildren();
    };
    const follow = (): void => {
      const { transform } = flow.getState();
      if (!canvas.current || !drawn || transform === drawn) return;
      const scale = transform[2] / drawn[2];
      const x = transform[0] - drawn[0] * scale;
      const y = transform[1] - drawn[1] * scale;
      if (!covers(x, width, scale) || !covers(y, height, scale) || !isNear(scale)) {
        paint();
        return;
      }
      canvas.current.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      lift.current?.place(transform);
      clearTimeout(settling);
      if (scale !== 1) settling = setTimeout(paint, SETTLED);
    };
    redraw.current = paint;
    const frame = requestAnimationFrame(paint);
    const stop = flow.subscribe(follow);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(settling);
      stop();
    };
  }, [outline, selection, flow, width, height]);
  useFarHands({ geometry, outline, selection, above, lift, redraw });
  return (
    <>
      <canvas
        ref={canvas}
        className="far-layer"
        width={width + 2 * MARGIN}
        height={height + 2 * MARGIN}
        aria-hidden="true"
      />
      <div ref={above} className="far-lift" aria-hidden="true" />
    </>
  );
}

/** Whether the picture still reaches from edge to edge: shifted and scaled, its margin with it. */
function covers(shift: number, length: number, scale: number): boolean {
  return shift - MARGIN * scale <= 0 && shift + (length + MARGIN) * scale >= length;
}

/** Whether a picture drawn for another scale is sharp enough while the hand is at it. */
function isNear(scale: number): boolean {
  return scale > 0.7 && scale < 1.4;
}
