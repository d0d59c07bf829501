/** A wire's curve without its ends, so that what lies there (ports) takes the pointer. Pure. */

import type { Point } from "../graph/view.ts";

/** How much of each end is left out, in pixels at zoom 1. */
const END = 16;

type Curve = readonly [Point, Point, Point, Point];

/** `path` is made of pieces `M x,y C x,y x,y x,y`, as wires are. */
export function trimmed(path: string): string {
  const curves = curvesOf(path);
  const last = curves.length - 1;
  return curves
    .map((curve, at) => {
      const cut = Math.min(0.3, END / length(curve));
      return write(part(curve, at === 0 ? cut : 0, at === last ? 1 - cut : 1));
    })
    .join(" ");
}

function curvesOf(path: string): Curve[] {
  const numbers = (path.match(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g) ?? []).map(Number);
  const points: Point[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    points.push({ x: numbers[at] ?? 0, y: numbers[at + 1] ?? 0 });
  }
  const curves: Curve[] = [];
  for (let at = 0; at + 3 < points.length; at += 4) {
    const [a, b, c, d] = points.slice(at, at + 4);
    if (a && b && c && d) curves.push([a, b, c, d]);
  }
  return curves;
}

/** About how long it is: the chord, or at least one pixel. */
function length([from, , , to]: Curve): number {
  return Math.max(1, Math.hypot(to.x - from.x, to.y - from.y));
}

/** The part of a curve between two of its parameters, by de Casteljau. */
function part(curve: Curve, start: number, end: number): Curve {
  const [, tail] = split(curve, start);
  const [head] = split(tail, start < 1 ? (end - start) / (1 - start) : 1);
  return head;
}

function split([a, b, c, d]: Curve, t: number): readonly [Curve, Curve] {
  const [ab, bc, cd] = [between(a, b, t), between(b, c, t), between(c, d, t)];
  const [abc, bcd] = [between(ab, bc, t), between(bc, cd, t)];
  const middle = between(abc, bcd, t);
  return [
    [a, ab, abc, middle],
    [middle, bcd, cd, d],
  ];
}

function between(a: Point, b: Point, t: number): Point {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
}

function write([a, b, c, d]: Curve): string {
  const at = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`;
  return `M ${at(a)} C ${at(b)} ${at(c)} ${at(d)}`;
}
