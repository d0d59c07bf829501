/** JSON values as immutable data, and how a sentence shows them. Knows nothing of graphs. */

export type JsonList = readonly Json[];
export interface JsonObject {
  readonly [name: string]: Json;
}
export type Json = null | boolean | number | string | JsonList | JsonObject;

/** Integers are exact up to here, in Python, JavaScript and JSON alike. */
export const MAX_INT = Number.MAX_SAFE_INTEGER;

/** An object without inherited names, so that `constructor` and `__proto__` are names like all. */
export function objectOf(entries: Iterable<readonly [string, Json]>): JsonObject {
  const made = Object.create(null) as Record<string, Json>;
  for (const [name, value] of entries) made[name] = value;
  return made;
}

export const NO_FIELDS: JsonObject = Object.freeze(objectOf([]));

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is JsonList {
  return Array.isArray(value);
}

/** An object's own field, never an inherited one. */
export function field(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The same object with one field set, or taken out where `value` is undefined. */
export function withField(value: JsonObject, name: string, item: Json | undefined): JsonObject {
  const entries = Object.entries(value).filter(([known]) => known !== name);
  return objectOf(item === undefined ? entries : [...entries, [name, item]]);
}

/** Whether two JSON values are the same; the order of names in objects does not count. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, at) => sameJson(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
  );
}

/** A JSON value as a sentence shows it: type and a short form. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "string") return `the text ${quoted(value)}`;
  if (typeof value === "bigint") {
    const digits = value.toString();
    return digits.length > 30 ? "an integer of more than 30 digits" : `the number ${digits}`;
  }
  if (typeof value === "number") return `the number ${value}`;
  return Array.isArray(value) ? "a list" : "an object";
}

/** A text in quotes as a sentence shows it: short, and without raw control characters. */
export function quoted(text: string): string {
  const short = text.length <= 40 ? text : `${text.slice(0, 37)}...`;
  const escaped = JSON.stringify(short).slice(1, -1).replaceAll('\\"', '"');
  return escaped.includes("'") ? `"${escaped}"` : `'${escaped}'`;
}
