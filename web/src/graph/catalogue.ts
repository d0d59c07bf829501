/**
 * The catalogue: every node type as plain data, and which types fit which.
 *
 * Read from what `engine.catalogue.to_json` writes, which leaves defaults out.
 */

import { isList, isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { makePlain } from "./plain.ts";
import type { Kind, Limits, Member, Plain } from "./plain.ts";

/** The text names an entry of a list that is found on the machine (models, images). */
export interface Choices {
  readonly name: string;
  readonly extra: readonly string[];
}

/** How the editor shows a plain input (`multiline`, `seed`, `image`, `curve`, `slider`, ...). */
export interface Widget {
  readonly kind: string;
  readonly label: string;
}

/** An input port. `plain` is set where it may also be typed in; `many` takes a list of wires. */
export interface Input {
  readonly name: string;
  readonly type: string;
  readonly plain: Plain | null;
  readonly many: boolean;
  readonly required: boolean;
  readonly default: Json;
  readonly choices: Choices | null;
  readonly widget: Widget | null;
}

export interface Output {
  readonly name: string;
  readonly type: string;
  readonly plain: Plain | null;
}

/** A limit on the product of several plain inputs, such as width * height * batch. */
export interface Product {
  readonly names: readonly string[];
  readonly at_most: number;
  readonly unit: string;
}

/** A node type. A type without outputs is a sink: always wanted, never cached. */
export interface Declaration {
  readonly type: string;
  readonly category: string;
  readonly inputs: ReadonlyMap<string, Input>;
  readonly outputs: ReadonlyMap<string, Output>;
  readonly summary: string;
  readonly doc: string;
  readonly version: number;
  readonly static: boolean;
  readonly aliases: readonly string[];
  readonly renamed: ReadonlyMap<string, string>;
  readonly upgrade: ReadonlyMap<number, ReadonlyMap<string, Json>>;
  readonly products: readonly Product[];
  readonly pack: string;
}

export interface PackInfo {
  readonly name: string;
  readonly module: string;
  readonly digest: string;
  readonly error: string;
}

export interface Catalogue {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** For each port type itself and its bases. */
  readonly types: ReadonlyMap<string, readonly string[]>;
  readonly packs: readonly PackInfo[];
}

/** The element type of `list[T]`, or nothing where the type is no sequence. */
export function sequenceOf(type: string): string {
  return type.startsWith("list[") ? type.slice(5, -1) : "";
}

/** Whether a value of type `source` may go where `target` is wanted. */
export function fits(catalogue: Catalogue, source: string, target: string): boolean {
  if (source === target || (source === "int" && target === "float")) return true;
  const inner = sequenceOf(source);
  const wanted = sequenceOf(target);
  if (inner !== "" && wanted !== "") return fits(catalogue, inner, wanted);
  return catalogue.types.get(source)?.includes(target) ?? false;
}

/** Reads the catalogue's JSON. Throws a TypeError that names what is not as expected. */
export function readCatalogue(raw: Json): Catalogue {
  const whole = object(raw, "the catalogue");
  return {
    declarations: mapOf(whole.declarations, declaration),
    types: mapOf(whole.types, (item, name) => texts(item, `the bases of ${name}`)),
    packs: list(whole.packs).map(pack),
  };
}

function declaration(raw: Json, type: string): Declaration {
  const item = object(raw, type);
  return {
    type,
    category: text(item.category),
    inputs: mapOf(item.inputs, input),
    outputs: mapOf(item.outputs, output),
    summary: text(item.summary),
    doc: text(item.doc),
    version: number(item.version) ?? 1,
    static: item.static === true,
    aliases: texts(item.aliases, `the aliases of ${type}`),
    renamed: mapOf(item.renamed, (name) => text(name)),
    upgrade: new Map(
      [...mapOf(item.upgrade, (values) => mapOf(values, (value) => value))].map(
        ([version, values]) => [Number(version), values],
      ),
    ),
    products: list(item.products).map(product),
    pack: text(item.pack),
  };
}

function input(raw: Json, name: string): Input {
  const item = object(raw, name);
  const choices = item.choices;
  const widget = item.widget;
  return {
    name,
    type: text(item.type),
    plain: item.plain ? plain(item.plain) : null,
    many: item.many === true,
    required: item.required !== false,
    default: item.default ?? null,
    choices: isObject(choices)
      ? { name: text(choices.name), extra: texts(choices.extra, name) }
      : null,
    widget: isObject(widget) ? { kind: text(widget.kind), label: text(widget.label) } : null,
  };
}

function output(raw: Json, name: string): Output {
  const item = object(raw, name);
  return { name, type: text(item.type), plain: item.plain ? plain(item.plain) : null };
}

function plain(raw: Json): Plain {
  const item = object(raw, "a plain type");
  return makePlain({
    kind: text(item.kind) as Kind,
    nullable: item.nullable === true,
    limits: item.limits ? limits(item.limits) : null,
    values: texts(item.values, "an enum's values"),
    element: item.element ? plain(item.element) : null,
    name: text(item.name),
    members: list(item.members).map(member),
  });
}

function limits(raw: Json): Limits {
  const item = object(raw, "limits");
  return {
    ge: number(item.ge),
    gt: number(item.gt),
    le: number(item.le),
    lt: number(item.lt),
    multiple_of: number(item.multiple_of),
    min_length: number(item.min_length),
    max_length: number(item.max_length),
  };
}

function member(raw: Json): Member {
  const item = object(raw, "a record's field");
  return {
    name: text(item.name),
    plain: plain(item.plain ?? null),
    required: item.required !== false,
    default: item.default ?? null,
  };
}

function product(raw: Json): Product {
  const item = object(raw, "a product");
  return {
    names: texts(item.names, "a product's names"),
    at_most: number(item.at_most) ?? 0,
    unit: text(item.unit),
  };
}

function pack(raw: Json): PackInfo {
  const item = object(raw, "a pack");
  return {
    name: text(item.name),
    module: text(item.module),
    digest: text(item.digest),
    error: text(item.error),
  };
}

function object(raw: Json | undefined, what: string): JsonObject {
  if (isObject(raw)) return raw;
  throw new TypeError(`The catalogue cannot be read: ${what} is no object.`);
}

function mapOf<T>(raw: Json | undefined, read: (item: Json, name: string) => T): Map<string, T> {
  const entries = isObject(raw) ? Object.entries(raw) : [];
  return new Map(entries.map(([name, item]) => [name, read(item, name)]));
}

function list(raw: Json | undefined): readonly Json[] {
  return isList(raw) ? raw : [];
}

function text(raw: Json | undefined): string {
  return typeof raw === "string" ? raw : "";
}

function number(raw: Json | undefined): number | null {
  return typeof raw === "number" ? raw : null;
}

function texts(raw: Json | undefined, what: string): readonly string[] {
  const items = list(raw);
  if (items.every((item) => typeof item === "string")) return items;
  throw new TypeError(`The catalogue cannot be read: ${what} are no texts.`);
}
