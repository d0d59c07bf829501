/** The drawing of a whole graph from afar: a box a node, a line a wire. */

import type { ReactFlowState } from "@xyflow/react";
import type { Outline } from "./outline.ts";

export type Transform = ReactFlowState["transform"];

/** Drawn beyond each edge, in pixels (as in canvas.css): panning less far than this moves the picture. */
export const MARGIN = 96;

/** `without` are nodes that are left out, with their wires: those that are being moved. */
export function draw(
  canvas: HTMLCanvasElement,
  outline: Outline,
  selection: ReadonlySet<string>,
  [panX, panY, zoom]: Transform,
  without: ReadonlySet<string> | null,
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(zoom, 0, 0, zoom, panX + MARGIN, panY + MARGIN);
  const [surface, frame, line, chosen] = [
    colour("--surface-3"),
    colour("--frame"),
    colour("--line-strong"),
    colour("--accent"),
  ];
  const left = (-panX - MARGIN) / zoom;
  const top = (-panY - MARGIN) / zoom;
  const right = (canvas.width - MARGIN - panX) / zoom;
  const bottom = (canvas.height - MARGIN - panY) / zoom;
  pen.lineWidth = 1 / zoom;
  for (const { id, x, y, width, height, loop } of outline.boxes) {
    if (x >= right || y >= bottom || x + width <= left || y + height <= top) continue;
    if (without?.has(id)) continue;
    pen.fillStyle = loop ? frame : surface;
    pen.fillRect(x, y, width, height);
    pen.strokeStyle = selection.has(id) ? chosen : line;
    pen.strokeRect(x, y, width, height);
  }
  pen.lineWidth = 1.2 / zoom;
  for (const [look, lines] of outline.lines) {
    const path = new Path2D();
    for (const { source, target, from, to } of lines) {
      if (Math.min(from.x, to.x) > right || Math.max(from.x, to.x) < left) continue;
      if (Math.min(from.y, to.y) > bottom || Math.max(from.y, to.y) < top) continue;
      if (without !== null && (without.has(source) || without.has(target))) continue;
      path.moveTo(from.x, from.y);
      path.lineTo(to.x, to.y);
    }
    // One stroke for each colour instead of thousands.
    const name = /var\((--[\w-]+)\)/.exec(look)?.[1];
    pen.strokeStyle = name === undefined ? look : colour(name);
    pen.stroke(path);
  }
}
