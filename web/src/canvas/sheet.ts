/** A canvas to draw a part of the graph on, in the graph's own measures, in the theme's colours. */

import type { ReactFlowState } from "@xyflow/react";
import type { Point, Size } from "../graph/view.ts";

export type Transform = ReactFlowState["transform"];

/** A rectangle of the canvas, by its edges. */
export interface Span {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Drawn beyond each edge, in pixels (as in canvas.css): panning less far than this moves the picture. */
export const MARGIN = 96;

export interface Sheet extends Span {
  readonly pen: CanvasRenderingContext2D;
  readonly zoom: number;
  /** The family of its letters. */
  readonly font: string;
  /** What a custom property stands for. */
  readonly ink: (name: string) => string;
}

/** An empty sheet of a part of the graph; null where the browser has none to give. */
export function sheetOf(canvas: HTMLCanvasElement, transform: Transform): Sheet | null {
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const [panX, panY, zoom] = transform;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(zoom, 0, 0, zoom, panX + MARGIN, panY + MARGIN);
  const style = getComputedStyle(canvas);
  const inks = new Map<string, string>();
  const ink = (name: string): string => {
    let found = inks.get(name);
    if (found === undefined) {
      found = style.getPropertyValue(name).trim();
      inks.set(name, found);
    }
    return found;
  };
  return { pen, zoom, font: style.fontFamily, ink, ...spanOf(canvas, transform) };
}

/** What a canvas of this size shows, its margins with it. */
export function spanOf({ width, height }: Size, [panX, panY, zoom]: Transform): Span {
  return {
    left: (-panX - MARGIN) / zoom,
    top: (-panY - MARGIN) / zoom,
    right: (width - MARGIN - panX) / zoom,
    bottom: (height - MARGIN - panY) / zoom,
  };
}

export function isOn(span: Span, { x, y, width, height }: Point & Size): boolean {
  return x < span.right && y < span.bottom && x + width > span.left && y + height > span.top;
}

/** Whether a box around two points reaches onto a span. */
export function isCrossed(span: Span, from: Point, to: Point, slack = 0): boolean {
  if (Math.min(from.x, to.x) - slack > span.right) return false;
  if (Math.max(from.x, to.x) + slack < span.left) return false;
  if (Math.min(from.y, to.y) - slack > span.bottom) return false;
  return Math.max(from.y, to.y) + slack >= span.top;
}

/** A colour of `portlook.ts`: a custom property, or a colour itself. */
export function inkOf({ ink }: Sheet, look: string): string {
  const name = /var\((--[\w-]+)\)/.exec(look)?.[1];
  return name === undefined ? look : ink(name);
}
