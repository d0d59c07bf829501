/** A curve of straight lines through points, as the curve widget draws and changes it. Pure. */

import { isList, isObject } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";

export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

export interface Window {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** The points of a typed value, in their order; none where it is no curve. */
export function pointsOf(value: Json): readonly CurvePoint[] {
  if (!isList(value)) return [];
  return value.flatMap((item) => {
    if (!isObject(item) || typeof item.at !== "number" || typeof item.value !== "number") return [];
    return [{ at: item.at, value: item.value }];
  });
}

export function toJson(points: readonly CurvePoint[]): Json {
  return points.map(({ at, value }) => ({ at, value }));
}

/** Points by place; two at one place keep their order, since the later one holds from there on. */
export function sorted(points: readonly CurvePoint[]): readonly CurvePoint[] {
  return points
    .map((point, n) => ({ point, n }))
    .sort((a, b) => a.point.at - b.point.at || a.n - b.n)
    .map(({ point }) => point);
}

/** What is seen: all points with some room, and never less than one unit. */
export function windowOf(points: readonly CurvePoint[]): Window {
  const ats = points.map((point) => point.at);
  const values = points.map((point) => point.value);
  const left = Math.min(0, ...ats);
  const right = Math.max(left + 1, ...ats);
  const low = Math.min(0, ...values);
  const high = Math.max(low + 1, ...values);
  return { left, right, bottom: low, top: high + (high - low) * 0.12 };
}

/** The value of the curve at a place: level outside, a jump where two points share one. */
export function valueAt(points: readonly CurvePoint[], at: number): number {
  const all = sorted(points);
  let before = all[0];
  if (!before) return 0;
  if (at < before.at) return before.value;
  for (const point of all.slice(1)) {
    if (point.at > at) {
      const share = (at - before.at) / (point.at - before.at);
      return before.value + (point.value - before.value) * share;
    }
    before = point;
  }
  return before.value;
}

/** A number as fine as the window lets one see it. */
export function rounded(value: number, span: number): number {
  const unit = 10 ** Math.floor(Math.log10(span / 100));
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}

/** How far an arrow key moves a point: a power of ten, some tens of steps across the window. */
export function keyStep(span: number): number {
  return 10 ** Math.floor(Math.log10(span / 10));
}

/** Points with one moved: between its neighbours, so that their order stays. */
export function moved(
  points: readonly CurvePoint[],
  index: number,
  to: CurvePoint,
): readonly CurvePoint[] {
  const low = points[index - 1]?.at ?? -Infinity;
  const high = points[index + 1]?.at ?? Infinity;
  const at = Math.min(high, Math.max(low, to.at));
  return points.map((point, n) => (n === index ? { at, value: to.value } : point));
}

export function added(points: readonly CurvePoint[], point: CurvePoint): readonly CurvePoint[] {
  const place = points.findIndex((other) => other.at > point.at);
  return place < 0
    ? [...points, point]
    : [...points.slice(0, place), point, ...points.slice(place)];
}

export function removed(points: readonly CurvePoint[], index: number): readonly CurvePoint[] {
  return points.length > 1 ? points.filter((_, n) => n !== index) : points;
}
