/** The type on a wire, and what a typed value or several cases amount to. Knows no graph. */

import { isList } from "./json.ts";
import type { Json } from "./json.ts";
import { sequenceOf } from "./catalogue.ts";
import type { Input } from "./catalogue.ts";
import { describe, makePlain, typeName } from "./plain.ts";
import type { Plain } from "./plain.ts";

export const UNKNOWN = "?";

/**
 * The type on a wire; `plain` where it is a plain type. `UNKNOWN` fits everything: the cause of
 * not knowing is reported elsewhere, or the value is checked when it arrives.
 */
export interface OutType {
  readonly name: string;
  readonly plain: Plain | null;
}

export const NOTHING_KNOWN: OutType = { name: UNKNOWN, plain: null };
export const INT = plainOut(makePlain({ kind: "int" }));
export const FLOAT = plainOut(makePlain({ kind: "float" }));
export const BOOL = plainOut(makePlain({ kind: "bool" }));
export const STR = plainOut(makePlain({ kind: "str" }));

export function plainOut(plain: Plain): OutType {
  return { name: typeName(plain), plain };
}

/** The type of a value typed into a structural node. 20.0 is an integer; null is of no type. */
export function typedIn(value: Json): OutType {
  if (typeof value === "boolean") return BOOL;
  if (typeof value === "number") return Number.isInteger(value) ? INT : FLOAT;
  if (typeof value === "string") return STR;
  if (isList(value) && value.length > 0) return listed(unified(value.map(typedIn)));
  return NOTHING_KNOWN;
}

/** The one type of a list's items: integers among numbers are numbers. */
function unified(kinds: readonly OutType[]): OutType {
  const names = new Set(kinds.map((kind) => kind.name));
  if (names.size === 1) return kinds[0] ?? NOTHING_KNOWN;
  if (names.size === 2 && names.has("int") && names.has("float")) return FLOAT;
  const inner = kinds.flatMap((kind) => (kind.plain?.element ? [kind.plain.element] : []));
  return inner.length < kinds.length ? NOTHING_KNOWN : listed(unified(inner.map(plainOut)));
}

/** The type of a list of such values. */
export function listed(inner: OutType): OutType {
  if (inner.name === UNKNOWN) return NOTHING_KNOWN;
  const plain = inner.plain ? makePlain({ kind: "list", element: inner.plain }) : null;
  return { name: `list[${inner.name}]`, plain };
}

/** One case of a Switch: its name, what comes, and whether that is typed in. */
export interface Case {
  readonly name: string;
  readonly kind: OutType;
  readonly typed: boolean;
}

/**
 * The one type that a Switch gives, and the cases of another.
 *
 * Wired cases say what the type is, typed ones only where none is wired: a typed integer is a
 * number among numbers. The order of the names decides, since saving sorts them.
 */
export function commonType(cases: readonly Case[]): readonly [OutType, readonly Case[]] {
  const known = cases
    .filter((item) => item.kind.name !== UNKNOWN)
    .sort((one, other) => Number(one.typed) - Number(other.typed) || byName(one, other));
  const first = known[0];
  if (!first) return [NOTHING_KNOWN, []];
  const someFloat = known.some((item) => item.kind.name === "float");
  const wanted = first.typed && first.kind.name === "int" && someFloat ? FLOAT : first.kind;
  const others = known.filter(
    ({ kind, typed }) =>
      kind.name !== wanted.name && !(typed && kind.name === "int" && wanted.name === "float"),
  );
  return [wanted, others];
}

function byName(one: Case, other: Case): number {
  return one.name < other.name ? -1 : 1;
}

/** What picks among such cases: bool for true and false, int for integers, else a text. */
export function typeOfCases(names: readonly string[]): OutType {
  const texts = names.filter((name) => name !== "default");
  if (texts.length > 0 && texts.every((text) => text === "true" || text === "false")) return BOOL;
  if (texts.length > 0 && texts.every((text) => /^-?\d+$/.test(text))) return INT;
  return STR;
}

/** A type's name with its article. */
export function article(name: string): string {
  const inner = sequenceOf(name);
  if (inner !== "") return `a list of ${inner}`;
  return `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;
}

/** What a port wants, in words. */
export function ofType(port: Input): string {
  return port.plain ? describe(port.plain) : article(port.type);
}
