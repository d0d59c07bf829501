/** Plain types: what may be typed into a graph as JSON, and the limits on it. Knows no nodes. */

import { MAX_INT, isList, isObject, shown } from "./json.ts";
import type { Json } from "./json.ts";

export type Kind = "int" | "float" | "str" | "bool" | "enum" | "list" | "record";

/** Bounds of a number (`ge` to `multiple_of`) or of a text's or list's length. */
export interface Limits {
  readonly ge: number | null;
  readonly gt: number | null;
  readonly le: number | null;
  readonly lt: number | null;
  readonly multiple_of: number | null;
  readonly min_length: number | null;
  readonly max_length: number | null;
}

export interface Member {
  readonly name: string;
  readonly plain: Plain;
  readonly required: boolean;
  readonly default: Json;
}

/** A plain type: `kind`, its limits, and what it is made of (enum values, element, fields). */
export interface Plain {
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly limits: Limits | null;
  readonly values: readonly string[];
  readonly element: Plain | null;
  readonly name: string;
  readonly members: readonly Member[];
}

export function makePlain(fields: Partial<Plain> & { readonly kind: Kind }): Plain {
  return {
    nullable: false,
    limits: null,
    values: [],
    element: null,
    name: "",
    members: [],
    ...fields,
  };
}

/** What is wrong with a plain value; `code` is one of the published problem codes. */
export interface BadValue {
  readonly code: string;
  readonly message: string;
}

const ARTICLES: Readonly<Record<string, string>> = {
  int: "an integer",
  float: "a number",
  str: "a text",
  bool: "true or false",
  list: "a list",
  record: "an object",
};

/** The name a wire's type is compared by: an enum is a `str`. */
export function typeName(plain: Plain): string {
  if (plain.kind === "list" && plain.element) return `list[${typeName(plain.element)}]`;
  if (plain.kind === "enum") return "str";
  return plain.kind === "record" ? plain.name : plain.kind;
}

/** What is wanted, in words, for a sentence. */
export function describe(plain: Plain): string {
  if (plain.kind === "enum") return `one of ${plain.values.join(", ")}`;
  return (ARTICLES[plain.kind] ?? plain.kind) + (plain.nullable ? " or null" : "");
}

/** What is wrong with a typed value; null if it fits. 20.0 is the integer 20. */
export function checkValue(plain: Plain, value: Json): BadValue | null {
  if (value === null) return plain.nullable ? null : mismatch(plain, value);
  const bad = checkKind(plain, value);
  if (bad) return bad;
  return plain.limits ? within(plain.limits, value) : null;
}

function bad(code: string, message: string): BadValue {
  return { code, message };
}

function mismatch(plain: Plain, value: Json): BadValue {
  return bad("wrong_type", `wants ${describe(plain)}, this is ${shown(value)}.`);
}

function checkKind(plain: Plain, value: Json): BadValue | null {
  switch (plain.kind) {
    case "int":
    case "float":
      return checkNumber(plain, value);
    case "str":
      return typeof value === "string" ? null : mismatch(plain, value);
    case "bool":
      return typeof value === "boolean" ? null : mismatch(plain, value);
    case "enum":
      if (typeof value !== "string") return mismatch(plain, value);
      if (plain.values.includes(value)) return null;
      return bad("out_of_choices", `wants ${describe(plain)}; this is ${shown(value)}.`);
    case "list":
      return checkList(plain, value);
    case "record":
      return checkRecord(plain, value);
  }
}

function checkNumber(plain: Plain, value: Json): BadValue | null {
  if (typeof value !== "number") return mismatch(plain, value);
  if (!Number.isFinite(value)) {
    return bad("bad_number", `wants a finite number, this is ${value}.`);
  }
  if (plain.kind === "float") return null;
  if (!Number.isInteger(value)) return mismatch(plain, value);
  if (Math.abs(value) <= MAX_INT) return null;
  return bad("out_of_range", "wants an integer of at most 2^53-1, this is larger.");
}

function checkList(plain: Plain, value: Json): BadValue | null {
  if (!isList(value) || !plain.element) return mismatch(plain, value);
  for (const [at, item] of value.entries()) {
    const found = checkValue(plain.element, item);
    if (found) return bad(found.code, `item ${at} ${found.message}`);
  }
  return null;
}

function checkRecord(plain: Plain, value: Json): BadValue | null {
  if (!isObject(value)) return mismatch(plain, value);
  const names = plain.members.map((member) => member.name);
  const foreign = Object.keys(value).find((name) => !names.includes(name));
  if (foreign !== undefined) {
    return bad("unknown_input", `has no field '${foreign}'; it has ${names.join(", ")}.`);
  }
  for (const member of plain.members) {
    const item = Object.hasOwn(value, member.name) ? value[member.name] : undefined;
    if (item === undefined) {
      if (member.required) return bad("missing_input", `lacks the field '${member.name}'.`);
      continue;
    }
    const found = checkValue(member.plain, item);
    if (found) return bad(found.code, `field '${member.name}' ${found.message}`);
  }
  return null;
}

function within(limits: Limits, value: Json): BadValue | null {
  if (typeof value === "string") return longEnough(limits, codePoints(value), "characters");
  if (isList(value)) return longEnough(limits, value.length, "items");
  if (typeof value !== "number") return null;
  const { ge, le, gt, lt } = limits;
  if (ge !== null && value < ge) return outside("at least", ge, value);
  if (le !== null && value > le) return outside("at most", le, value);
  if (gt !== null && value <= gt) return outside("more than", gt, value);
  if (lt !== null && value >= lt) return outside("less than", lt, value);
  return limits.multiple_of === null ? null : multiple(limits.multiple_of, value);
}

/** The length of a text as Python counts it. */
function codePoints(text: string): number {
  return Array.from(text).length;
}

function longEnough(limits: Limits, size: number, unit: string): BadValue | null {
  if (limits.max_length !== null && size > limits.max_length) {
    return bad("out_of_range", `takes at most ${limits.max_length} ${unit}, this has ${size}.`);
  }
  if (limits.min_length !== null && size < limits.min_length) {
    return bad("out_of_range", `wants at least ${limits.min_length} ${unit}, this has ${size}.`);
  }
  return null;
}

function outside(words: string, bound: number, value: number): BadValue {
  return bad("out_of_range", `wants ${words} ${bound}, this is ${value}.`);
}

function multiple(step: number, value: number): BadValue | null {
  const [low, high] = neighbours(value, step);
  if (low === high) return null;
  const message = `wants a multiple of ${step}, this is ${value}; the nearest are ${low} and ${high}.`;
  return bad("not_multiple_of", message);
}

/**
 * The multiples of `step` on both sides of `value`; both are `value` where it is one.
 *
 * Decimal texts as exact fractions: 0.3 is a multiple of 0.1, though its double is not.
 */
export function neighbours(value: number, step: number): readonly [number, number] {
  const places = Math.max(decimals(value), decimals(step));
  const exact = scaled(value, places);
  const unit = scaled(step, places);
  if (unit === 0n || exact % unit === 0n) return [value, value];
  const below = exact / unit - (exact < 0n ? 1n : 0n);
  const back = (count: bigint): number => Number(`${count * unit}e-${places}`);
  return [back(below), back(below + 1n)];
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

function scaled(value: number, places: number): bigint {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const zeros = places + Number(exponent) - fraction.length;
  return BigInt(whole + fraction) * 10n ** BigInt(zeros);
}
