/** Where a node would stand that is to give something to another one. Pure. */

import type { Geometry } from "./geometry.ts";
import { MEASURES } from "./measures.ts";
import type { Point } from "./view.ts";

const GAP = MEASURES.bodyPadding * 2;

/**
 * The place of its output on the canvas: left of its reader; for a reader in a loop, below the
 * outermost frame, since what is made there is made once.
 */
export function providerPlace(geometry: Geometry, id: string): Point {
  const { scopes } = geometry.types;
  const outermost = scopes.enclosing(scopes.home(id)).at(-2);
  const port = MEASURES.header + MEASURES.row / 2;
  if (outermost === undefined) {
    const { x, y } = geometry.absolute(id);
    return { x: x - GAP, y: y + port };
  }
  const { x, y } = geometry.absolute(outermost);
  return { x: x + MEASURES.width, y: y + geometry.shape(outermost).height + GAP + port };
}
