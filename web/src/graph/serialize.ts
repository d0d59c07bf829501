/**
 * The canonical text of a graph: the same bytes from the browser and from Python.
 *
 * Layout and numbers are those of `JSON.stringify(x, null, 2)` (RFC 8785 numbers) plus a newline;
 * the order of names is written here, since a JavaScript object would sort a case `10` by itself.
 */

import { isList, isObject } from "./json.ts";
import type { Json } from "./json.ts";
import { FORMAT } from "./model.ts";
import type { Graph, GraphNode, PublicInput } from "./model.ts";

/** Names and values in the order in which they are written. */
type Fields = readonly (readonly [string, Written])[];
type Written =
  { readonly fields: Fields } | { readonly items: readonly Written[] } | { readonly plain: string };

/** The canonical text. Throws a RangeError on a number that JSON cannot hold. */
export function serialize(graph: Graph): string {
  return `${write({ fields: [["format", plain(FORMAT)], ...graphFields(graph)] }, "")}\n`;
}

/** A graph as plain JSON data, for an API that takes an object rather than a text. */
export function toJson(graph: Graph): Json {
  return JSON.parse(serialize(graph)) as Json;
}

/** Names by UTF-16 code units, as JavaScript compares texts. */
export function sorted<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}

function write(value: Written, indent: string): string {
  if ("plain" in value) return value.plain;
  const inner = `${indent}  `;
  if ("items" in value) {
    if (value.items.length === 0) return "[]";
    return `[\n${value.items.map((item) => inner + write(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (value.fields.length === 0) return "{}";
  const rows = value.fields.map(
    ([name, item]) => `${inner}${JSON.stringify(name)}: ${write(item, inner)}`,
  );
  return `{\n${rows.join(",\n")}\n${indent}}`;
}

function plain(value: string | number | boolean | null): Written {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`${value} cannot be written as JSON`);
  }
  return { plain: JSON.stringify(value) };
}

function json(value: Json): Written {
  if (isList(value)) return { items: value.map(json) };
  if (isObject(value)) {
    return { fields: sorted(Object.entries(value)).map(([name, item]) => [name, json(item)]) };
  }
  return plain(value);
}

function graphFields(graph: Graph): Fields {
  return [
    ...text("title", graph.title),
    ...text("about", graph.about),
    ...some("inputs", graph.inputs, publicInput),
    ...some("outputs", graph.outputs, plain),
    ...some("nodes", graph.nodes, (node) => ({ fields: nodeFields(node) })),
    ...some("definitions", graph.definitions, (inner) => ({ fields: graphFields(inner) })),
    ...sortedJson("view", new Map(Object.entries(graph.view))),
    ...text("origin", graph.origin),
    ...extra(graph.extra),
  ];
}

function publicInput(input: PublicInput): Written {
  const to = { items: input.to.map(plain) };
  const fields = [...text("title", input.title), ...text("about", input.about)];
  return { fields: [["to", to], ...fields, ...extra(input.extra)] };
}

function nodeFields(node: GraphNode): Fields {
  const body: Fields = node.body
    ? [["body", { fields: [...node.body].map(([id, item]) => [id, { fields: nodeFields(item) }]) }]]
    : [];
  const version: Fields = node.v > 1 ? [["v", plain(node.v)]] : [];
  return [
    ["type", plain(node.type)],
    ...version,
    ...text("mode", node.mode),
    ...text("graph", node.graph),
    ...sortedJson("params", node.params),
    ...sortedJson("inputs", node.inputs),
    ...body,
    ...sortedJson("next", node.next),
    ...sortedJson("collect", node.collect),
    ...text("show", node.show),
    ...extra(node.extra),
  ];
}

function text(name: string, value: string): Fields {
  return value === "" ? [] : [[name, plain(value)]];
}

function some<T>(name: string, map: ReadonlyMap<string, T>, as: (item: T) => Written): Fields {
  if (map.size === 0) return [];
  return [[name, { fields: [...map].map(([key, item]) => [key, as(item)]) }]];
}

function sortedJson(name: string, map: ReadonlyMap<string, Json>): Fields {
  if (map.size === 0) return [];
  return [[name, { fields: sorted(map).map(([key, item]) => [key, json(item)]) }]];
}

function extra(map: ReadonlyMap<string, Json>): Fields {
  return sorted(map).map(([name, item]) => [name, json(item)]);
}
