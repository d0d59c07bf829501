/** The drawing of a whole graph from afar: a box a node, a line a wire. */

import type { Layer, Outline } from "./outline.ts";
import { inkOf, isCrossed, isOn } from "./sheet.ts";
import type { Sheet } from "./sheet.ts";

/** `without` are nodes that are left out, with their wires: those that are being moved. */
export function drawFar(
  sheet: Sheet,
  outline: Outline,
  selection: ReadonlySet<string>,
  without: ReadonlySet<string> | null,
): void {
  const { pen, zoom, ink } = sheet;
  const [surface, frame, line, chosen] = [
    ink("--surface-3"),
    ink("--frame"),
    ink("--line-strong"),
    ink("--accent"),
  ];
  for (const { boxes, lines } of outline.layers) {
    pen.lineWidth = 1 / zoom;
    for (const box of boxes) {
      if (!isOn(sheet, box) || without?.has(box.id)) continue;
      pen.fillStyle = box.loop ? frame : surface;
      pen.fillRect(box.x, box.y, box.width, box.height);
      pen.strokeStyle = selection.has(box.id) ? chosen : line;
      pen.strokeRect(box.x, box.y, box.width, box.height);
    }
    strokeAll(sheet, lines, without);
  }
}

function strokeAll(sheet: Sheet, lines: Layer["lines"], without: ReadonlySet<string> | null): void {
  const { pen, zoom } = sheet;
  pen.lineWidth = 1.2 / zoom;
  for (const [look, alike] of lines) {
    const path = new Path2D();
    for (const { source, target, from, to } of alike) {
      if (!isCrossed(sheet, from, to)) continue;
      if (without !== null && (without.has(source) || without.has(target))) continue;
      path.moveTo(from.x, from.y);
      path.lineTo(to.x, to.y);
    }
    // One stroke for each colour instead of thousands.
    pen.strokeStyle = inkOf(sheet, look);
    pen.stroke(path);
  }
}
