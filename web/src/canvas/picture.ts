/** A drawing that follows the view: moved and scaled as it is, and drawn anew where that shows. */

import type { Size } from "../graph/view.ts";
import { FAR } from "./far.ts";
import { sheetOf, spanOf } from "./sheet.ts";
import type { Sheet, Span, Transform } from "./sheet.ts";

/** So much smaller than the view it is drawn while the hand zooms out: it then reaches further. */
const AHEAD = 0.72;
/** Between these scales a drawing is sharp enough while the hand is at it. */
const [SMALL, LARGE] = [0.5, 1.5];
/** Nothing is drawn so far from all nodes: wires swing out. */
const BEYOND = 200;

export class Picture {
  /** As it is shown: nothing is scaled. */
  crisp = false;
  private readonly canvas: HTMLCanvasElement;
  private readonly size: Size;
  /** Around all that there is to draw. */
  private readonly bounds: Span;
  /** Draws it as it looks at a zoom. */
  private readonly draw: (sheet: Sheet, zoom: number) => void;
  private drawn: Transform | null = null;
  private reach: Span | null = null;
  private zoom = 0;
  private far = false;

  constructor(
    canvas: HTMLCanvasElement,
    size: Size,
    bounds: Span,
    draw: (sheet: Sheet, zoom: number) => void,
  ) {
    this.canvas = canvas;
    this.size = size;
    this.bounds = bounds;
    this.draw = draw;
  }

  /** Draws it for a view; `ahead` for one that is about to see more. */
  paint(view: Transform, ahead = false): void {
    this.drawn = ahead ? wider(view, this.size) : view;
    this.reach = spanOf(this.canvas, this.drawn);
    const sheet = sheetOf(this.canvas, this.drawn);
    if (sheet) this.draw(sheet, view[2]);
    this.far = view[2] < FAR;
    this.place(view);
  }

  /** Shows it as a view has it; false where it is already. */
  follow(view: Transform): boolean {
    const { drawn, zoom } = this;
    if (!drawn || view === drawn) return false;
    const scale = view[2] / drawn[2];
    const sharp = scale > SMALL && scale < LARGE && view[2] < FAR === this.far;
    if (sharp && this.covers(view)) this.place(view);
    else this.paint(view, view[2] < zoom);
    return true;
  }

  private place(view: Transform): void {
    const [x, y, zoom] = this.drawn ?? view;
    const scale = view[2] / zoom;
    this.zoom = view[2];
    this.crisp = scale === 1;
    const { style } = this.canvas;
    if (this.drawn === view) style.transform = "";
    else
      style.transform = `translate(${view[0] - x * scale}px, ${view[1] - y * scale}px) scale(${scale})`;
  }

  /** Whether nothing is missing: the drawing reaches to each edge, or all that there is to draw. */
  private covers([panX, panY, zoom]: Transform): boolean {
    const { bounds, reach, size } = this;
    if (!reach) return false;
    const left = Math.max(-panX / zoom, bounds.left - BEYOND);
    const top = Math.max(-panY / zoom, bounds.top - BEYOND);
    const right = Math.min((size.width - panX) / zoom, bounds.right + BEYOND);
    const bottom = Math.min((size.height - panY) / zoom, bounds.bottom + BEYOND);
    return left >= reach.left && top >= reach.top && right <= reach.right && bottom <= reach.bottom;
  }
}

/** A view around the same middle that sees more. */
function wider([x, y, zoom]: Transform, { width, height }: Size): Transform {
  return [width / 2 + (x - width / 2) * AHEAD, height / 2 + (y - height / 2) * AHEAD, zoom * AHEAD];
}
