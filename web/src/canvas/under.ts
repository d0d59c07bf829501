/** What lies under a point of the screen, whatever lies above it. */

import type { Point } from "../graph/view.ts";

/** The innermost node at a point of the screen. */
export function nodeUnder(screen: Point): string | null {
  for (const found of document.elementsFromPoint(screen.x, screen.y)) {
    const node = found.closest(".react-flow__node");
    if (node) return node.getAttribute("data-id");
  }
  return null;
}

/** The key of the wire that lies under a point of the screen. */
export function wireUnder(screen: Point): string | null {
  for (const found of document.elementsFromPoint(screen.x, screen.y)) {
    const edge = found.closest(".react-flow__edge");
    if (edge) return edge.getAttribute("data-id");
  }
  return null;
}
