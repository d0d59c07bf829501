/** All nodes and wires on one drawing, for when they are too small to read: cheap at any number. */

import { useStore, useStoreApi } from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import type { JSX } from "react";
import { useEffect, useRef } from "react";
import { moveNodes } from "../graph/commands/moving.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { isPinned } from "../graph/view.ts";
import { useEditor } from "../state/editor.ts";
import type { WireEdge } from "./flow.ts";
import { handleAt } from "./linking.ts";
import { portLook } from "./portlook.ts";
import { useToFlow } from "./position.ts";

interface Props {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
}

type Transform = ReactFlowState["transform"];
const transformOf = (state: ReactFlowState): Transform => state.transform;

export default function FarLayer({ geometry, wires, selection }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shift = useRef<{ ids: ReadonlySet<string>; by: Point } | null>(null);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const transform = useStore(transformOf);
  const redraw = useRef<() => void>(() => undefined);
  useEffect(() => {
    redraw.current = () => {
      if (canvas.current)
        draw(canvas.current, geometry, wires, selection, transform, shift.current);
    };
    const frame = requestAnimationFrame(redraw.current);
    return () => cancelAnimationFrame(frame);
  }, [geometry, wires, selection, transform, width, height]);
  useHands(geometry, selection, shift, redraw);
  return (
    <canvas ref={canvas} className="far-layer" width={width} height={height} aria-hidden="true" />
  );
}

type Shift = { current: { ids: ReadonlySet<string>; by: Point } | null };

/** Click selects, drag moves: as near by, but hit by arithmetic. */
function useHands(
  geometry: Geometry,
  selection: ReadonlySet<string>,
  shift: Shift,
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

function draw(
  canvas: HTMLCanvasElement,
  geometry: Geometry,
  wires: readonly WireEdge[],
  selection: ReadonlySet<string>,
  [panX, panY, zoom]: Transform,
  shift: Shift["current"],
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(zoom, 0, 0, zoom, panX, panY);
  const corner = cornersOf(geometry, shift);
  const [surface, frame, line, chosen] = [
    colour("--surface-3"),
    colour("--frame"),
    colour("--line-strong"),
    colour("--accent"),
  ];
  const seen = {
    left: -panX / zoom,
    top: -panY / zoom,
    right: (canvas.width - panX) / zoom,
    bottom: (canvas.height - panY) / zoom,
  };
  const nodes = [...corner.entries()].filter(([id, { x, y }]) => {
    const { width, height } = geometry.shape(id);
    return x < seen.right && y < seen.bottom && x + width > seen.left && y + height > seen.top;
  });
  pen.lineWidth = 1 / zoom;
  for (const [id, { x, y }] of nodes) {
    const shape = geometry.shape(id);
    pen.fillStyle = shape.body ? frame : surface;
    pen.fillRect(x, y, shape.width, shape.height);
    pen.strokeStyle = selection.has(id) ? chosen : line;
    pen.strokeRect(x, y, shape.width, shape.height);
  }
  drawWires(pen, geometry, wires, corner, colour, 1.2 / zoom);
}

function cornersOf(geometry: Geometry, shift: Shift["current"]): ReadonlyMap<string, Point> {
  const { scopes } = geometry.types;
  const made = new Map<string, Point>();
  for (const id of scopes.nodes.keys()) {
    if (!geometry.visible(id)) continue;
    const home = scopes.home(id);
    const from = home === "" ? { x: 0, y: 0 } : (made.get(home) ?? geometry.absolute(home));
    const goes =
      shift !== null &&
      shift.ids.has(id) &&
      !scopes.enclosing(home).some((loop) => shift.ids.has(loop));
    const place = added(geometry.place(id), from);
    made.set(id, goes ? added(place, shift.by) : place);
  }
  return made;
}

/** One path for each colour: a stroke each instead of thousands. */
function drawWires(
  pen: CanvasRenderingContext2D,
  geometry: Geometry,
  wires: readonly WireEdge[],
  corner: ReadonlyMap<string, Point>,
  colour: (name: string) => string,
  lineWidth: number,
): void {
  const paths = new Map<string, Path2D>();
  for (const wire of wires) {
    const from = corner.get(wire.source);
    const to = corner.get(wire.target);
    const start = handleAt(geometry, wire.source, wire.sourceHandle);
    const end = handleAt(geometry, wire.target, wire.targetHandle);
    if (!from || !to || !start || !end) continue;
    const look = portLook(wire.data?.type ?? "?").color;
    const path = paths.get(look) ?? new Path2D();
    paths.set(look, path);
    path.moveTo(from.x + start.x, from.y + start.y);
    path.lineTo(to.x + end.x, to.y + end.y);
  }
  pen.lineWidth = lineWidth;
  for (const [look, path] of paths) {
    const name = /var\((--[\w-]+)\)/.exec(look)?.[1];
    pen.strokeStyle = name === undefined ? look : colour(name);
    pen.stroke(path);
  }
}
