/** How far one step of a number goes, by keys and by dragging. */

import { nearestAllowed } from "../graph/arithmetic.ts";
import type { Plain } from "../graph/plain.ts";

/** Both bounds, where a number has them close enough to be drawn as a bar. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const WIDEST = 2;

/** The range of a number that is better dragged along a bar than counted: 0 to 1 and the like. */
export function barOf(plain: Plain, hint: string | undefined): Range | null {
  const low = plain.limits?.ge ?? plain.limits?.gt ?? null;
  const high = plain.limits?.le ?? plain.limits?.lt ?? null;
  if (low === null || high === null || high <= low) return null;
  return hint === "slider" || (plain.kind === "float" && high - low <= WIDEST)
    ? { low, high }
    : null;
}

export interface Held {
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** One step up from `value`: by its limits where they say, else by its size. Alt is finer. */
export function stepOf(plain: Plain, value: number, bar: Range | null, held: Held): number {
  const unit = unitOf(plain, value, bar);
  const step = held.shiftKey ? unit * 10 : held.altKey ? unit / 10 : unit;
  return plain.kind === "int" ? Math.max(1, Math.round(step)) : step;
}

function unitOf(plain: Plain, value: number, bar: Range | null): number {
  const multiple = plain.limits?.multiple_of ?? null;
  if (multiple !== null) return multiple;
  if (plain.kind === "int") return 1;
  if (bar) return (bar.high - bar.low) / 100;
  return 10 ** (Math.floor(Math.log10(Math.max(1, Math.abs(value)))) - 1);
}

/** `value` moved by `count` steps, on the grid of the step, within the limits. */
export function stepped(plain: Plain, value: number, step: number, count: number): number {
  const moved = value + step * count;
  const places = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return nearestAllowed(plain, Number(moved.toFixed(Math.min(12, places))));
}
