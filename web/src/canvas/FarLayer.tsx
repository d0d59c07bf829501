/**
 * The graph on one drawing, cheap at any number: all of it from afar; near by, while the hand
 * zooms, what is not mounted yet.
 */

import { useStore, useStoreApi } from "@xyflow/react";
import type { JSX } from "react";
import { useLayoutEffect, useMemo, useRef } from "react";
import type { Geometry } from "../graph/geometry.ts";
import { useEditor } from "../state/editor.ts";
import { FAR } from "./far.ts";
import { facesOf } from "./faces.ts";
import type { FarLift } from "./farlift.ts";
import { drawFar } from "./farpicture.ts";
import type { WireEdge } from "./flow.ts";
import type { Kept } from "./kept.ts";
import { drawNear } from "./nearpicture.ts";
import { outlineOf } from "./outline.ts";
import { Picture } from "./picture.ts";
import { MARGIN } from "./sheet.ts";
import type { Sheet } from "./sheet.ts";
import { useFarHands } from "./useFarHands.ts";

export interface Seen {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
  readonly far: boolean;
  /** The cards that are mounted, and left out near by; null for all. */
  readonly kept: Kept | null;
}

/** Milliseconds after the last turn of the wheel until the picture is drawn at its new scale. */
const SETTLED = 140;

export function FarLayer({ geometry, wires, selection, far, kept }: Seen): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const lift = useRef<FarLift | null>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const outline = useMemo(() => outlineOf(geometry, wires), [geometry, wires]);
  const redraw = useRef<() => void>(() => undefined);
  const flow = useStoreApi();
  const { states, ui } = useEditor();
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const willRun = (id: string): boolean => {
      const { standing } = ui.getState();
      const path = standing === "" ? id : `${standing}/${id}`;
      return states.getState().byPath.get(path)?.mark === "run";
    };
    const draw = (sheet: Sheet, zoom: number): void => {
      if (zoom < FAR) drawFar(sheet, outline, selection, lift.current?.ids ?? null);
      else drawNear(sheet, zoom, { outline, faces: facesOf(geometry), selection, willRun, kept });
    };
    const picture = new Picture(element, { width, height }, outline.bounds, draw);
    let settling: ReturnType<typeof setTimeout> | undefined;
    const paint = (): void => {
      clearTimeout(settling);
      const { transform } = flow.getState();
      picture.paint(transform);
      // What was lifted is taken away only now that the picture has it again.
      if (lift.current) lift.current.place(transform);
      else above.current?.replaceChildren();
    };
    const follow = (): void => {
      const { transform } = flow.getState();
      if (!picture.follow(transform)) return;
      lift.current?.place(transform);
      clearTimeout(settling);
      if (!picture.crisp) settling = setTimeout(paint, SETTLED);
    };
    redraw.current = paint;
    let frame = 0;
    // With the cards that are mounted at the same time; from afar what is edited may wait.
    if (kept && !kept.moving) paint();
    else if (kept) picture.paint(flow.getState().transform, true);
    else frame = requestAnimationFrame(paint);
    const stop = flow.subscribe(follow);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(settling);
      stop();
    };
  }, [geometry, outline, selection, kept, flow, states, ui, width, height]);
  useFarHands({ geometry, outline, selection, above, lift, redraw, far });
  return (
    <>
      <canvas
        ref={canvas}
        className="far-layer"
        width={width + 2 * MARGIN}
        height={height + 2 * MARGIN}
        data-behind={!far || undefined}
        aria-hidden="true"
      />
      <div ref={above} className="far-lift" aria-hidden="true" />
    </>
  );
}
