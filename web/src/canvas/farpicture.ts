/** The drawing of a whole graph from afar: a box a node, a line a wire. */

import type { ReactFlowState } from "@xyflow/react";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import type { WireEdge } from "./flow.ts";
import { handleAt } from "./linking.ts";
import { portLook } from "./portlook.ts";

export type Transform = ReactFlowState["transform"];

/** Nodes that are being moved, and how far. */
export interface Shift {
  readonly ids: ReadonlySet<string>;
  readonly by: Point;
}

/** Drawn beyond each edge, in pixels (as in canvas.css): panning less far than this moves the picture. */
export const MARGIN = 96;

export function draw(
  canvas: HTMLCanvasElement,
  geometry: Geometry,
  wires: readonly WireEdge[],
  selection: ReadonlySet<string>,
  [panX, panY, zoom]: Transform,
  shift: Shift | null,
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(zoom, 0, 0, zoom, panX + MARGIN, panY + MARGIN);
  const corner = cornersOf(geometry, shift);
  const [surface, frame, line, chosen] = [
    colour("--surface-3"),
    colour("--frame"),
    colour("--line-strong"),
    colour("--accent"),
  ];
  const seen = {
    left: (-panX - MARGIN) / zoom,
    top: (-panY - MARGIN) / zoom,
    right: (canvas.width - MARGIN - panX) / zoom,
    bottom: (canvas.height - MARGIN - panY) / zoom,
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

function cornersOf(geometry: Geometry, shift: Shift | null): ReadonlyMap<string, Point> {
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

function added(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}
