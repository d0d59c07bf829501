/** From the screen to the canvas. */

import { useReactFlow } from "@xyflow/react";
import { useCallback } from "react";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";

/** A point on the screen as a point on the canvas. */
export function useToFlow(): (screen: Point) => Point {
  const { screenToFlowPosition } = useReactFlow();
  return useCallback((screen) => screenToFlowPosition(screen), [screenToFlowPosition]);
}

/** The innermost open loop whose body holds a point of the canvas; empty for none. */
export function scopeAt(
  geometry: Geometry,
  point: Point,
  without: ReadonlySet<string> = new Set(),
): string {
  let found = "";
  for (const [id, node] of geometry.types.scopes.nodes) {
    if (!node.body || without.has(id) || !geometry.visible(id)) continue;
    const { body } = geometry.shape(id);
    if (!body) continue;
    const corner = geometry.absolute(id);
    const x = point.x - corner.x - body.x;
    const y = point.y - corner.y - body.y;
    // Loops come before those in them, so the last one found is the innermost.
    if (x >= 0 && y >= 0 && x <= body.width && y <= body.height) found = id;
  }
  return found;
}

/** A point of the canvas as counted from the corner of a loop's frame. */
export function within(geometry: Geometry, scope: string, point: Point): Point {
  if (scope === "") return point;
  const corner = geometry.absolute(scope);
  return { x: point.x - corner.x, y: point.y - corner.y };
}
