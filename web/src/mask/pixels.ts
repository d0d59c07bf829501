/**
 * A mask's pixels, one byte each, row by row: 255 is repainted. Pure.
 *
 * Painting takes the greater of what is there and what is painted, erasing the smaller: a stroke
 * over itself is as one, and drawn in pieces it is the same as drawn at once.
 */

import type { Size } from "./view.ts";

/** A round touch of the brush, in pixels of the mask. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Brush {
  readonly erase: boolean;
  /** The share of the radius over which it fades out: 0 is a hard edge. */
  readonly soft: number;
}

/** Whole pixels: from `left`, `top` to before `right`, `bottom`. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const NOTHING: Box = { left: 0, top: 0, right: 0, bottom: 0 };

export function wholeBox({ width, height }: Size): Box {
  return { left: 0, top: 0, right: width, bottom: height };
}

export function isEmpty({ left, top, right, bottom }: Box): boolean {
  return right <= left || bottom <= top;
}

export function areaOf(box: Box): number {
  return isEmpty(box) ? 0 : (box.right - box.left) * (box.bottom - box.top);
}

export function united(one: Box, other: Box): Box {
  if (isEmpty(one)) return other;
  if (isEmpty(other)) return one;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

export function clipped(box: Box, { width, height }: Size): Box {
  const made = {
    left: Math.max(0, box.left),
    top: Math.max(0, box.top),
    right: Math.min(width, box.right),
    bottom: Math.min(height, box.bottom),
  };
  return isEmpty(made) ? NOTHING : made;
}

/** Draws the brush from one dab to another, its width going over; gives what it touched. */
export function drawLine(values: Uint8Array, size: Size, from: Dab, to: Dab, brush: Brush): Box {
  const box = clipped(united(reach(from), reach(to)), size);
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const { erase, soft } = brush;
  const { width } = size;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
      const radius = from.radius + (to.radius - from.radius) * t;
      const wide = px - dx * t;
      const high = py - dy * t;
      const away = wide * wide + high * high;
      if (away >= (radius + 0.5) * (radius + 0.5)) continue;
      const value = strength(away, radius, soft);
      const at = y * width + x;
      const before = values[at] ?? 0;
      // Comparisons, no calls: a wide brush goes through a million pixels a stroke.
      if (!erase) values[at] = value > before ? value : before;
      else values[at] = 255 - value < before ? 255 - value : before;
    }
  }
  return box;
}

/** Fills whole pixels; an edge in the midst of one takes it in. */
export function drawBox(values: Uint8Array, size: Size, box: Box, erase: boolean): Box {
  const inside = clipped(box, size);
  for (let y = inside.top; y < inside.bottom; y++)
    values.fill(erase ? 0 : 255, y * size.width + inside.left, y * size.width + inside.right);
  return inside;
}

export function invert(values: Uint8Array): void {
  for (let at = 0; at < values.length; at++) values[at] = 255 - (values[at] ?? 0);
}

/** How much of the mask is repainted, 0 to 1. */
export function share(values: Uint8Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / 255 / values.length;
}

/** The same mask in another size: between pixels by their distance. */
export function resampled(values: Uint8Array, from: Size, to: Size): Uint8Array {
  if (from.width === to.width && from.height === to.height) return values.slice();
  const made = new Uint8Array(to.width * to.height);
  const columns = steps(from.width, to.width);
  steps(from.height, to.height).forEach(([top, bottom, down], y) => {
    columns.forEach(([left, right, along], x) => {
      const at = (row: number, column: number): number => values[row * from.width + column] ?? 0;
      const above = at(top, left) * (1 - along) + at(top, right) * along;
      const below = at(bottom, left) * (1 - along) + at(bottom, right) * along;
      made[y * to.width + x] = Math.round(above * (1 - down) + below * down);
    });
  });
  return made;
}

/** For each new pixel its two neighbours among the old ones, and the share of the second. */
function steps(from: number, to: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: to }, (_, at) => {
    const exact = Math.max(0, Math.min(from - 1, ((at + 0.5) * from) / to - 0.5));
    const low = Math.floor(exact);
    return [low, Math.min(from - 1, low + 1), exact - low] as const;
  });
}

function reach({ x, y, radius }: Dab): Box {
  const by = radius + 0.5;
  return {
    left: Math.floor(x - by),
    top: Math.floor(y - by),
    right: Math.ceil(x + by),
    bottom: Math.ceil(y + by),
  };
}

/** 255 in the core, fading to 0 half a pixel beyond the radius; `away` is squared. */
function strength(away: number, radius: number, soft: number): number {
  const core = Math.min(radius * (1 - soft), radius - 0.5);
  if (core > 0 && away <= core * core) return 255;
  const outer = radius + 0.5;
  const t = Math.min(1, (outer - Math.sqrt(away)) / (outer - core));
  return Math.round(255 * t * t * (3 - 2 * t));
}
