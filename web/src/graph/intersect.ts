/** What two plain types have in common: the limits on a public input that sets several ports. */

import { neighbours } from "./plain.ts";
import type { Limits, Plain } from "./plain.ts";

/** The type whose values fit both, or null where the two are of different types. */
export function intersect(one: Plain, other: Plain): Plain | null {
  if (one.kind !== other.kind) return withEnum(one, other);
  let element = one.element;
  if (one.kind === "list" && one.element && other.element) {
    element = intersect(one.element, other.element);
    if (!element) return null;
  } else if (
    one.name !== other.name ||
    JSON.stringify(one.members) !== JSON.stringify(other.members)
  ) {
    return null;
  }
  const values = one.values.filter((value) => other.values.includes(value));
  const limits = intersectLimits(one.limits, other.limits);
  if ((one.kind === "enum" && values.length === 0) || (limits && nothingFits(limits))) return null;
  return { ...one, element, nullable: one.nullable && other.nullable, values, limits };
}

function withEnum(one: Plain, other: Plain): Plain | null {
  const kinds = [one.kind, other.kind];
  if (!kinds.includes("enum") || !kinds.includes("str")) return null;
  const choice = one.kind === "enum" ? one : other;
  return { ...choice, nullable: one.nullable && other.nullable };
}

function nothingFits(limits: Limits): boolean {
  if (limits.min_length !== null && limits.max_length !== null) {
    return limits.min_length > limits.max_length;
  }
  const low = pick(Math.max, limits.ge, limits.gt);
  const high = pick(Math.min, limits.le, limits.lt);
  if (low === null || high === null) return false;
  return low > high || (low === high && (limits.gt === high || limits.lt === low));
}

function intersectLimits(one: Limits | null, other: Limits | null): Limits | null {
  if (!one || !other) return one ?? other;
  return {
    ge: pick(Math.max, one.ge, other.ge),
    gt: pick(Math.max, one.gt, other.gt),
    le: pick(Math.min, one.le, other.le),
    lt: pick(Math.min, one.lt, other.lt),
    multiple_of: pick(commonMultiple, one.multiple_of, other.multiple_of),
    min_length: pick(Math.max, one.min_length, other.min_length),
    max_length: pick(Math.min, one.max_length, other.max_length),
  };
}

type Choose = (one: number, other: number) => number;

function pick(choose: Choose, one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : choose(one, other);
}

/** The least number that is a multiple of both, counted in steps of the larger one. */
function commonMultiple(one: number, other: number): number {
  const [small, large] = one < other ? [one, other] : [other, one];
  for (let count = 1; count <= 10_000; count++) {
    const found = Number((count * large).toPrecision(15));
    const [below, above] = neighbours(found, small);
    if (below === above) return found;
  }
  return small * large;
}
