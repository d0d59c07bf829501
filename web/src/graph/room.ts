/** Where there is room for a card: beside those that stand there already. Pure. */

import type { Geometry } from "./geometry.ts";
import { BODY_CORNER, MEASURES } from "./measures.ts";
import type { Point, Size } from "./view.ts";

const GAP = MEASURES.bodyPadding;
/** A card goes no further down than this to find room: it stays near where it was dropped. */
const FURTHEST = 900;

/**
 * The corner nearest below `wanted` where a card covers none of its neighbours, counted from the
 * corner of the body `scope`. In a loop it does not push the frame over what stands left of it.
 */
export function roomFor(
  geometry: Geometry,
  scope: string,
  wanted: Point,
  size: Size,
  without = "",
): Point {
  const x = scope === "" ? wanted.x : Math.max(wanted.x, BODY_CORNER.x);
  const y = scope === "" ? wanted.y : Math.max(wanted.y, BODY_CORNER.y);
  const boxes = [...geometry.types.scopes.scope]
    .filter(([id, home]) => home === scope && id !== without)
    .map(([id]) => ({ ...geometry.place(id), ...geometry.shape(id) }))
    .filter((box) => box.x < x + size.width && x < box.x + box.width)
    .sort((one, other) => one.y - other.y);
  let free = y;
  for (const box of boxes)
    if (box.y < free + size.height && free < box.y + box.height) free = box.y + box.height + GAP;
  return { x, y: free - y > FURTHEST ? y : free };
}
