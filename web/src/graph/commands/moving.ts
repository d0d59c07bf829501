/** Where nodes stand: moved, aligned, distributed, laid out. Pinned nodes stay where they are. */

import { BODY_CORNER } from "../measures.ts";
import type { Geometry } from "../geometry.ts";
import { layout } from "../layout.ts";
import type { Graph } from "../model.ts";
import type { PortTypes } from "../porttypes.ts";
import { scopesOf } from "../scopes.ts";
import type { Point } from "../view.ts";
import { isPinned, positionOf, withPositions } from "../view.ts";

/** Sets where nodes stand, within the bodies they stand in, and keeps them inside their frames. */
export function moveNodes(graph: Graph, places: ReadonlyMap<string, Point>): Graph {
  const free = [...places].filter(([id]) => !isPinned(graph, id));
  const moved = withPositions(graph, free);
  const bodies = new Set(free.map(([id]) => scopesOf(graph).home(id)));
  return [...bodies].reduce(settle, moved);
}

/** Moves nodes by a distance. Nodes whose loop is moved as well go with it. */
export function nudge(graph: Graph, ids: Iterable<string>, by: Point): Graph {
  const chosen = new Set(ids);
  const scopes = scopesOf(graph);
  const places = new Map<string, Point>();
  for (const id of chosen) {
    const around = scopes.enclosing(scopes.home(id));
    const place = positionOf(graph, id);
    if (!place || around.some((loop) => chosen.has(loop))) continue;
    places.set(id, { x: place.x + by.x, y: place.y + by.y });
  }
  return moveNodes(graph, places);
}

/** Grows a loop's frame to the left and up where a node of its body has left it there. */
function settle(graph: Graph, scope: string): Graph {
  if (scope === "") return graph;
  const scopes = scopesOf(graph);
  const body = [...(scopes.nodes.get(scope)?.body?.keys() ?? [])];
  const places = body.flatMap((id) => {
    const place = positionOf(graph, id);
    return place ? [[id, place] as const] : [];
  });
  const x = Math.max(0, BODY_CORNER.x - Math.min(...places.map(([, place]) => place.x)));
  const y = Math.max(0, BODY_CORNER.y - Math.min(...places.map(([, place]) => place.y)));
  if (places.length === 0 || (x === 0 && y === 0)) return graph;
  const shifted = places.map(([id, place]) => [id, { x: place.x + x, y: place.y + y }] as const);
  const frame = positionOf(graph, scope) ?? { x: 0, y: 0 };
  const corner = [scope, { x: frame.x - x, y: frame.y - y }] as const;
  return settle(withPositions(graph, [...shifted, corner]), scopes.home(scope));
}

export type Alignment = "left" | "right" | "top" | "bottom" | "middle" | "centre";

/** Aligns the edges or middles of nodes of one body. */
export function align(
  graph: Graph,
  geometry: Geometry,
  ids: readonly string[],
  how: Alignment,
): Graph {
  const boxes = boxesOf(geometry, ids);
  const lefts = boxes.map((box) => box.x);
  const tops = boxes.map((box) => box.y);
  const left = Math.min(...lefts);
  const top = Math.min(...tops);
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const places = boxes.map(({ id, x, y, width, height }): readonly [string, Point] => {
    switch (how) {
      case "left":
        return [id, { x: left, y }];
      case "right":
        return [id, { x: right - width, y }];
      case "centre":
        return [id, { x: (left + right - width) / 2, y }];
      case "top":
        return [id, { x, y: top }];
      case "bottom":
        return [id, { x, y: bottom - height }];
      case "middle":
        return [id, { x, y: (top + bottom - height) / 2 }];
    }
  });
  return moveNodes(graph, new Map(places));
}

/** Makes the gaps between nodes of one body equal; the outermost two stay. */
export function distribute(
  graph: Graph,
  geometry: Geometry,
  ids: readonly string[],
  axis: "x" | "y",
): Graph {
  const size = axis === "x" ? "width" : "height";
  const boxes = boxesOf(geometry, ids).sort((one, other) => one[axis] - other[axis]);
  const first = boxes[0];
  const last = boxes.at(-1);
  if (!first || !last || boxes.length < 3) return graph;
  const used = boxes.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - used) / (boxes.length - 1);
  let at = first[axis];
  const places = new Map<string, Point>();
  for (const box of boxes) {
    places.set(box.id, { x: box.x, y: box.y, [axis]: at });
    at += box[size] + gap;
  }
  return moveNodes(graph, places);
}

interface Box extends Point {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

function boxesOf(geometry: Geometry, ids: readonly string[]): Box[] {
  return ids.map((id) => {
    const { width, height } = geometry.shape(id);
    return { id, ...geometry.place(id), width, height };
  });
}

/** Lays out the whole graph, or the chosen nodes around where they stand. */
export function arrange(graph: Graph, types: PortTypes, only?: ReadonlySet<string>): Graph {
  return moveNodes(graph, layout(types, only));
}
