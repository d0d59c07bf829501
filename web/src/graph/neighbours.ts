/** From node to node by direction: what the arrow keys go through. */

import type { Geometry } from "./geometry.ts";
import type { Point } from "./view.ts";

export type Direction = "left" | "right" | "up" | "down";

/** How much a step aside counts against a step ahead. */
const ASIDE = 2.5;

const AHEAD: Readonly<Record<Direction, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** The nearest visible node in a direction, or the first of all where none is stood on; null for none. */
export function neighbour(
  geometry: Geometry,
  from: string | null,
  direction: Direction,
): string | null {
  const ids = [...geometry.types.scopes.nodes.keys()].filter((id) => geometry.visible(id));
  if (from === null || !ids.includes(from)) return first(geometry, ids);
  const start = middle(geometry, from);
  const ahead = AHEAD[direction];
  let best: { id: string; far: number } | null = null;
  for (const id of ids) {
    if (id === from) continue;
    const at = middle(geometry, id);
    const [x, y] = [at.x - start.x, at.y - start.y];
    const along = x * ahead.x + y * ahead.y;
    const aside = Math.abs(x * ahead.y) + Math.abs(y * ahead.x);
    if (along <= 1 || aside > along * 3) continue;
    const far = along + ASIDE * aside;
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id ?? null;
}

/** The node that stands furthest to the left, the upper one of two. */
function first(geometry: Geometry, ids: readonly string[]): string | null {
  const sorted = [...ids].sort((a, b) => {
    const [p, q] = [geometry.absolute(a), geometry.absolute(b)];
    return p.x - q.x || p.y - q.y;
  });
  return sorted[0] ?? null;
}

/** The middle of a card; of an open loop its head, so that its body's nodes lie below it. */
function middle(geometry: Geometry, id: string): Point {
  const { x, y } = geometry.absolute(id);
  const { width, height, body } = geometry.shape(id);
  return { x: x + width / 2, y: body ? y + 20 : y + height / 2 };
}
