/** The wires of one graph as a list: where each is read, and what it reads. */

import { wireList } from "./model.ts";
import type { Graph, GraphNode } from "./model.ts";
import { scopesOf } from "./scopes.ts";

/**
 * What reads a wire: an input of a node; a loop's `next`, `collect` or `show`, which stand on the
 * right rail of its frame and are read inside it; or a public output (`node` is empty).
 */
export type TargetKind = "input" | "next" | "collect" | "show" | "output";

export interface Target {
  readonly kind: TargetKind;
  readonly node: string;
  readonly port: string;
  /** The place in a port that takes many wires; absent where it takes one. */
  readonly at?: number;
}

export interface WireRef {
  /** The same for the same end in every state of the graph: `node.kind.port` or `...port.at`. */
  readonly key: string;
  /** `node.port` as the file has it. */
  readonly source: string;
  readonly target: Target;
}

export function inputTarget(node: string, port: string, at?: number): Target {
  return at === undefined ? { kind: "input", node, port } : { kind: "input", node, port, at };
}

export function keyOfTarget(target: Target): string {
  const place = target.at === undefined ? [] : [String(target.at)];
  return [target.node, target.kind, target.port, ...place].join(".");
}

/** The body in which a target reads: a loop reads `next`, `collect` and `show` in its own. */
export function scopeOfTarget(graph: Graph, target: Target): string {
  if (target.kind === "output") return "";
  return target.kind === "input" ? scopesOf(graph).home(target.node) : target.node;
}

/** What a target reads at present, undefined where nothing is wired to it. */
export function wireAt(graph: Graph, target: Target): string | undefined {
  if (target.kind === "output") return graph.outputs.get(target.port);
  const node = scopesOf(graph).nodes.get(target.node);
  if (!node) return undefined;
  switch (target.kind) {
    case "input":
      return wireList(node.inputs.get(target.port))[target.at ?? 0];
    case "next":
      return node.next.get(target.port);
    case "collect":
      return node.collect.get(target.port);
    case "show":
      return node.show === "" ? undefined : node.show;
  }
}

const known = new WeakMap<Graph, readonly WireRef[]>();

/** Every wire of a graph, bodies included, in the order of the file. */
export function wiresOf(graph: Graph): readonly WireRef[] {
  let found = known.get(graph);
  if (!found) {
    const nodes = [...scopesOf(graph).nodes].flatMap(([id, node]) => nodeWires(id, node));
    const outputs = [...graph.outputs].map(([port, source]) =>
      ref(source, { kind: "output", node: "", port }),
    );
    found = [...nodes, ...outputs];
    known.set(graph, found);
  }
  return found;
}

function ref(source: string, target: Target): WireRef {
  return { key: keyOfTarget(target), source, target };
}

function nodeWires(node: string, item: GraphNode): WireRef[] {
  const made: WireRef[] = [];
  for (const [port, wire] of item.inputs) {
    if (typeof wire === "string") made.push(ref(wire, inputTarget(node, port)));
    else wire.forEach((one, at) => made.push(ref(one, inputTarget(node, port, at))));
  }
  for (const [port, wire] of item.next) made.push(ref(wire, { kind: "next", node, port }));
  for (const [port, wire] of item.collect) made.push(ref(wire, { kind: "collect", node, port }));
  if (item.show !== "") made.push(ref(item.show, { kind: "show", node, port: "" }));
  return made;
}
