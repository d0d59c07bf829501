/** A graph as boxes and straight lines on the canvas: what is drawn, and hit, from afar. Pure. */

import type { Geometry } from "../graph/geometry.ts";
import type { Handle } from "../graph/nodeshape.ts";
import { added } from "../graph/view.ts";
import type { Point, Size } from "../graph/view.ts";
import { layerOf } from "./flow.ts";
import type { WireEdge } from "./flow.ts";
import { handleAt } from "./linking.ts";
import { portLook } from "./portlook.ts";
import type { Span } from "./sheet.ts";

export interface Box extends Point, Size {
  readonly id: string;
  readonly loop: boolean;
}

export interface Line {
  /** The wire's key. */
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly from: Point;
  readonly to: Point;
  /** The edges of the two cards that it ends at. */
  readonly leaves: Handle["edge"];
  readonly arrives: Handle["edge"];
  readonly bends: readonly Point[];
}

/** What lies at one height: loops, wires or cards. */
export interface Layer {
  readonly boxes: readonly Box[];
  /** By their colour. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
}

export interface Outline {
  /** Loops come before what stands in them. */
  readonly boxes: readonly Box[];
  /** By their colour. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
  /** From back to front, as xyflow stacks them near by. */
  readonly layers: readonly Layer[];
  /** Around all nodes. */
  readonly bounds: Span;
}

const known = new WeakMap<Geometry, Outline>();

/** `wires` are those of the geometry: one outline for each state of a graph. */
export function outlineOf(geometry: Geometry, wires: readonly WireEdge[]): Outline {
  let found = known.get(geometry);
  if (!found) {
    found = make(geometry, wires);
    known.set(geometry, found);
  }
  return found;
}

function make(geometry: Geometry, wires: readonly WireEdge[]): Outline {
  const boxes: Box[] = [];
  const layers = new Layers();
  const corners = new Map<string, Point>();
  for (const id of geometry.types.scopes.nodes.keys()) {
    if (!geometry.visible(id)) continue;
    const { width, height, body } = geometry.shape(id);
    const corner = geometry.absolute(id);
    corners.set(id, corner);
    const box = { id, x: corner.x, y: corner.y, width, height, loop: body !== undefined };
    boxes.push(box);
    layers.at(layerOf(geometry, id)).boxes.push(box);
  }
  const lines = new Map<string, Line[]>();
  for (const { id, source, target, sourceHandle, targetHandle, zIndex = 0, data } of wires) {
    const leaves = handleAt(geometry, source, sourceHandle);
    const arrives = handleAt(geometry, target, targetHandle);
    const [corner, other] = [corners.get(source), corners.get(target)];
    if (!leaves || !arrives || !corner || !other) continue;
    const look = portLook(data?.type ?? "?").color;
    const line = {
      id,
      source,
      target,
      from: added(corner, leaves),
      to: added(other, arrives),
      leaves: leaves.edge,
      arrives: arrives.edge,
      bends: data?.bends ?? [],
    };
    put(lines, look, line);
    put(layers.at(zIndex).lines, look, line);
  }
  return { boxes, lines, layers: layers.sorted(), bounds: boundsOf(boxes) };
}

/** Layers by their height, made as they are asked for. */
class Layers {
  private readonly made = new Map<number, { boxes: Box[]; lines: Map<string, Line[]> }>();

  at(height: number): { readonly boxes: Box[]; readonly lines: Map<string, Line[]> } {
    let layer = this.made.get(height);
    if (!layer) {
      layer = { boxes: [], lines: new Map() };
      this.made.set(height, layer);
    }
    return layer;
  }

  sorted(): readonly Layer[] {
    return [...this.made].sort(([a], [b]) => a - b).map(([, layer]) => layer);
  }
}

function put(lines: Map<string, Line[]>, look: string, line: Line): void {
  const alike = lines.get(look);
  if (alike) alike.push(line);
  else lines.set(look, [line]);
}

function boundsOf(boxes: readonly Box[]): Span {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { left, top, right, bottom };
}

/** The innermost node at a point of the canvas. */
export function nodeAt({ boxes }: Outline, { x, y }: Point): string | null {
  const found = boxes.findLast(
    (box) => x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height,
  );
  return found?.id ?? null;
}
