/** A graph as boxes and straight lines on the canvas: what is drawn, and hit, from afar. Pure. */

import type { Geometry } from "../graph/geometry.ts";
import { added } from "../graph/view.ts";
import type { Point, Size } from "../graph/view.ts";
import type { WireEdge } from "./flow.ts";
import { handleAt } from "./linking.ts";
import { portLook } from "./portlook.ts";

export interface Box extends Point, Size {
  readonly id: string;
  readonly loop: boolean;
}

export interface Line {
  readonly source: string;
  readonly target: string;
  readonly from: Point;
  readonly to: Point;
}

export interface Outline {
  /** Loops come before what stands in them. */
  readonly boxes: readonly Box[];
  /** By their colour. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
}

export function outlineOf(geometry: Geometry, wires: readonly WireEdge[]): Outline {
  const boxes: Box[] = [];
  const corners = new Map<string, Point>();
  for (const id of geometry.types.scopes.nodes.keys()) {
    if (!geometry.visible(id)) continue;
    const { width, height, body } = geometry.shape(id);
    const corner = geometry.absolute(id);
    corners.set(id, corner);
    boxes.push({ id, x: corner.x, y: corner.y, width, height, loop: body !== undefined });
  }
  const lines = new Map<string, Line[]>();
  for (const { source, target, sourceHandle, targetHandle, data } of wires) {
    const from = end(corners.get(source), handleAt(geometry, source, sourceHandle));
    const to = end(corners.get(target), handleAt(geometry, target, targetHandle));
    if (!from || !to) continue;
    const look = portLook(data?.type ?? "?").color;
    const alike = lines.get(look) ?? [];
    lines.set(look, alike);
    alike.push({ source, target, from, to });
  }
  return { boxes, lines };
}

/** The innermost node at a point of the canvas. */
export function nodeAt({ boxes }: Outline, { x, y }: Point): string | null {
  const found = boxes.findLast(
    (box) => x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height,
  );
  return found?.id ?? null;
}

/** Nodes and what goes with them: all that stands in a loop among them. */
export function withInner(geometry: Geometry, ids: ReadonlySet<string>): ReadonlySet<string> {
  const { scopes } = geometry.types;
  const all = new Set(ids);
  // Loops come before what stands in them.
  for (const id of scopes.nodes.keys()) if (all.has(scopes.home(id))) all.add(id);
  return all;
}

function end(corner: Point | undefined, handle: Point | undefined): Point | null {
  return corner && handle ? added(corner, handle) : null;
}
