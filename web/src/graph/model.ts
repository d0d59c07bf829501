/**
 * The graph file, format 1, as immutable data. Knows neither JSON text nor what a graph means.
 *
 * Maps, not objects: an id may be `constructor`, and the author's order is part of the file.
 */

import { NO_FIELDS } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

export const FORMAT = 1;
export const MAX_NODES = 20_000;
export const MAX_NESTING = 32;
export const ID = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
export const STRUCTURAL: ReadonlySet<string> = new Set(["Repeat", "Map", "Switch", "Subgraph"]);
export const RESERVED: ReadonlySet<string> = new Set(["over", "item", "index", "on", "default"]);

export type Wire = string | readonly string[];
export type Mode = "" | "mute" | "bypass";
export type Nodes = ReadonlyMap<string, GraphNode>;

/** One node: typed values in `params`, wires (`node.port`) in `inputs`. */
export interface GraphNode {
  readonly type: string;
  readonly v: number;
  readonly mode: Mode;
  /** The definition that a Subgraph uses. */
  readonly graph: string;
  readonly params: ReadonlyMap<string, Json>;
  readonly inputs: ReadonlyMap<string, Wire>;
  /** The nodes within a Repeat or Map. */
  readonly body: Nodes | null;
  readonly next: ReadonlyMap<string, string>;
  readonly collect: ReadonlyMap<string, string>;
  readonly show: string;
  /** Fields that this version does not know: kept, and written again. */
  readonly extra: ReadonlyMap<string, Json>;
}

/** A public input: the ports it sets, and how it is presented. */
export interface PublicInput {
  readonly to: readonly string[];
  readonly title: string;
  readonly about: string;
  readonly extra: ReadonlyMap<string, Json>;
}

/** A whole graph file, or one definition in it. `view` is read and written by `view.ts` alone. */
export interface Graph {
  readonly title: string;
  readonly about: string;
  readonly inputs: ReadonlyMap<string, PublicInput>;
  readonly outputs: ReadonlyMap<string, string>;
  readonly nodes: Nodes;
  readonly definitions: ReadonlyMap<string, Graph>;
  readonly view: JsonObject;
  readonly origin: string;
  readonly extra: ReadonlyMap<string, Json>;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

export function makeNode(fields: Partial<GraphNode> & { readonly type: string }): GraphNode {
  return {
    v: 1,
    mode: "",
    graph: "",
    params: NONE,
    inputs: NONE,
    body: null,
    next: NONE,
    collect: NONE,
    show: "",
    extra: NONE,
    ...fields,
  };
}

export function makePublicInput(
  fields: Partial<PublicInput> & { readonly to: readonly string[] },
): PublicInput {
  return { title: "", about: "", extra: NONE, ...fields };
}

export function makeGraph(fields: Partial<Graph> = {}): Graph {
  return {
    title: "",
    about: "",
    inputs: NONE,
    outputs: NONE,
    nodes: NONE,
    definitions: NONE,
    view: NO_FIELDS,
    origin: "",
    extra: NONE,
    ...fields,
  };
}

/** Every node with its id and the id of the body it stands in (empty at the top). */
export function* walkNodes(
  nodes: Nodes,
  scope = "",
): Generator<readonly [string, GraphNode, string]> {
  for (const [id, node] of nodes) {
    yield [id, node, scope];
    if (node.body) yield* walkNodes(node.body, id);
  }
}

/** `node.port` taken apart; a text without a dot has an empty port. */
export function splitWire(wire: string): readonly [string, string] {
  const dot = wire.indexOf(".");
  return dot < 0 ? [wire, ""] : [wire.slice(0, dot), wire.slice(dot + 1)];
}

/** The wires of an input, one or many. */
export function wireList(wire: Wire | undefined): readonly string[] {
  if (wire === undefined) return [];
  return typeof wire === "string" ? [wire] : wire;
}
