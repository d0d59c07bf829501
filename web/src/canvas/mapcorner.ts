/** When the map in the corner shows nothing that is not seen anyway, and hides some of it. Pure. */

import type { Point, Size } from "../graph/view.ts";
import type { Transform } from "./sheet.ts";

/** The map's size on the screen. */
export const MAP: Size = { width: 208, height: 136 };
/** Between the map and the canvas's edges (as in canvas.css), and a little around it. */
const EDGE = 12;
const AROUND = 4;

/** Whether all of a graph is in view, some of it under the map. */
export function isInTheWay(
  boxes: readonly (Point & Size)[],
  [panX, panY, zoom]: Transform,
  { width, height }: Size,
): boolean {
  const left = width - EDGE - MAP.width - AROUND;
  const top = height - EDGE - MAP.height - AROUND;
  let covered = false;
  for (const box of boxes) {
    const [x, y] = [box.x * zoom + panX, box.y * zoom + panY];
    const [right, bottom] = [x + box.width * zoom, y + box.height * zoom];
    if (right <= 0 || bottom <= 0 || x >= width || y >= height) return false;
    covered ||= right > left && bottom > top;
  }
  return covered;
}
