/** All nodes and wires on one drawing, for when they are too small to read: cheap at any number. */

import { useStore, useStoreApi } from "@xyflow/react";
import type { JSX } from "react";
import { useEffect, useRef } from "react";
import { moveNodes } from "../graph/commands/moving.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { isPinned } from "../graph/view.ts";
import { useEditor } from "../state/editor.ts";
import { draw, MARGIN } from "./farpicture.ts";
import type { Shift, Transform } from "./farpicture.ts";
import type { WireEdge } from "./flow.ts";
import { useToFlow } from "./position.ts";

interface Props {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
}

/** Milliseconds after the last turn of the wheel until the picture is drawn at its new scale. */
const SETTLED = 140;

export default function FarLayer({ geometry, wires, selection }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shift = useRef<Shift | null>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const redraw = useRef<() => void>(() => undefined);
  const flow = useStoreApi();
  useEffect(() => {
    let drawn: Transform | null = null;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const paint = (): void => {
      clearTimeout(settling);
      if (!canvas.current) return;
      drawn = flow.getState().transform;
      draw(canvas.current, geometry, wires, selection, drawn, shift.current);
      canvas.current.style.transform = "";
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
  }, [geometry, wires, selection, flow, width, height]);
  useHands(geometry, selection, shift, redraw);
  return (
    <canvas
      ref={canvas}
      className="far-layer"
      width={width + 2 * MARGIN}
      height={height + 2 * MARGIN}
      aria-hidden="true"
    />
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

/** Click selects, drag moves: as near by, but hit by arithmetic. */
function useHands(
  geometry: Geometry,
  selection: ReadonlySet<string>,
  shift: { current: Shift | null },
  redraw: { current: () => void },
): void {
  const editor = useEditor();
  const toFlow = useToFlow();
  const flow = useStoreApi();
  useEffect(() => {
    const pane = flow.getState().domNode;
    const down = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      const start = toFlow({ x: event.clientX, y: event.clientY });
      const hit = nodeAt(geometry, start);
      if (hit === null) return;
      event.stopPropagation();
      const { select, edit } = editor.document.getState();
      const chosen =
        selection.has(hit) || event.shiftKey ? new Set([...selection, hit]) : new Set([hit]);
      select(chosen);
      const ids = new Set([...chosen].filter((id) => !isPinned(geometry.types.graph, id)));
      const move = (at: PointerEvent): void => {
        const point = toFlow({ x: at.clientX, y: at.clientY });
        shift.current = { ids, by: { x: point.x - start.x, y: point.y - start.y } };
        redraw.current();
      };
      const up = (): void => {
        window.removeEventListener("pointermove", move);
        const moved = shift.current;
        shift.current = null;
        if (!moved) return;
        const places = new Map(
          tops(geometry, ids).map((id) => [id, added(geometry.place(id), moved.by)] as const),
        );
        edit(`Move ${places.size} nodes`, (graph) => moveNodes(graph, places));
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up, { once: true });
    };
    pane?.addEventListener("pointerdown", down, { capture: true });
    return () => pane?.removeEventListener("pointerdown", down, { capture: true });
  }, [editor, flow, geometry, selection, shift, redraw, toFlow]);
}

function added(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

/** Those that do not go with a loop which is moved as well. */
function tops(geometry: Geometry, ids: ReadonlySet<string>): string[] {
  const { scopes } = geometry.types;
  return [...ids].filter((id) => !scopes.enclosing(scopes.home(id)).some((loop) => ids.has(loop)));
}

/** The innermost node at a point of the canvas. */
function nodeAt(geometry: Geometry, point: Point): string | null {
  let found: string | null = null;
  for (const id of geometry.types.scopes.nodes.keys()) {
    if (!geometry.visible(id)) continue;
    const { x, y } = geometry.absolute(id);
    const { width, height } = geometry.shape(id);
    if (point.x >= x && point.y >= y && point.x <= x + width && point.y <= y + height) found = id;
  }
  return found;
}
