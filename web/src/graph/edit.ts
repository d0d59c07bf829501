/**
 * The few ways in which a graph is changed; all commands are made of these.
 *
 * Every function gives a new graph and shares with the old one whatever did not change.
 */

import type { Graph, GraphNode, Nodes, PublicInput, Wire } from "./model.ts";
import { ID, splitWire } from "./model.ts";
import { scopesOf } from "./scopes.ts";
import type { Target } from "./wires.ts";

/** A map with one entry set, or taken out where `value` is undefined. The order stays. */
export function withEntry<T>(
  map: ReadonlyMap<string, T>,
  name: string,
  value: T | undefined,
): ReadonlyMap<string, T> {
  const made = new Map(map);
  if (value === undefined) made.delete(name);
  else made.set(name, value);
  return made;
}

/** A map with an entry under another name, in the same place. */
export function renamedEntry<T>(
  map: ReadonlyMap<string, T>,
  from: string,
  to: string,
): ReadonlyMap<string, T> {
  if (!map.has(from)) return map;
  return new Map([...map].map(([name, item]) => [name === from ? to : name, item]));
}

/** The graph that is edited: the file's own, or one of its definitions. */
export function graphAt(document: Graph, place: string): Graph | undefined {
  return place === "" ? document : document.definitions.get(place);
}

/** A document with a command carried out in one of its graphs. */
export function editAt(document: Graph, place: string, command: (graph: Graph) => Graph): Graph {
  const before = graphAt(document, place);
  if (!before) return document;
  const after = command(before);
  if (after === before || place === "") return after;
  return { ...document, definitions: withEntry(document.definitions, place, after) };
}

/** The nodes of one body (the top where `scope` is empty) put through `change`. */
export function editBody(graph: Graph, scope: string, change: (nodes: Nodes) => Nodes): Graph {
  if (scope === "") return { ...graph, nodes: change(graph.nodes) };
  return editNode(graph, scope, (loop) => ({ ...loop, body: change(loop.body ?? new Map()) }));
}

/** One node put through `change`, wherever it stands; an unknown id changes nothing. */
export function editNode(graph: Graph, id: string, change: (node: GraphNode) => GraphNode): Graph {
  const scopes = scopesOf(graph);
  const node = scopes.nodes.get(id);
  if (!node) return graph;
  const changed = change(node);
  if (changed === node) return graph;
  return editBody(graph, scopes.home(id), (nodes) => withEntry(nodes, id, changed));
}

/** Every node, bodies included, put through `change`, which sees bodies already changed. */
export function editNodes(
  graph: Graph,
  change: (node: GraphNode, id: string, scope: string) => GraphNode,
): Graph {
  const each = (nodes: Nodes, scope: string): Nodes => {
    let same = true;
    const made = new Map<string, GraphNode>();
    for (const [id, node] of nodes) {
      const body = node.body && each(node.body, id);
      const inner = body === node.body ? node : { ...node, body };
      const changed = change(inner, id, scope);
      same &&= changed === node;
      made.set(id, changed);
    }
    return same ? nodes : made;
  };
  const nodes = each(graph.nodes, "");
  return nodes === graph.nodes ? graph : { ...graph, nodes };
}

/** Takes nodes out of the bodies they stand in. What was wired to them is left as it is. */
export function withoutNodes(graph: Graph, ids: ReadonlySet<string>): Graph {
  const without = (nodes: Nodes): Nodes => {
    if (![...nodes.keys()].some((id) => ids.has(id))) return nodes;
    return new Map([...nodes].filter(([id]) => !ids.has(id)));
  };
  const inner = editNodes(graph, (node) => {
    const body = node.body && without(node.body);
    return body === node.body ? node : { ...node, body };
  });
  const nodes = without(inner.nodes);
  return nodes === inner.nodes ? inner : { ...inner, nodes };
}

/** What a wire is to become where `target` reads it; null cuts it. */
export type Rewire = (wire: string, target: Target, scope: string) => string | null;

/**
 * Every wire of the graph put through `change`.
 *
 * A carried value whose `next` is cut goes on unchanged, so that a Repeat stays whole.
 */
export function rewire(graph: Graph, change: Rewire): Graph {
  const made = editNodes(graph, (node, id, scope) => rewireNode(node, id, scope, change));
  const outputs = mapTexts(made.outputs, (wire, port) =>
    change(wire, { kind: "output", node: "", port }, ""),
  );
  return outputs === made.outputs ? made : { ...made, outputs };
}

function rewireNode(node: GraphNode, id: string, scope: string, change: Rewire): GraphNode {
  const inputs = mapWires(node.inputs, (wire, port, at) =>
    change(wire, { kind: "input", node: id, port, ...(at === undefined ? {} : { at }) }, scope),
  );
  const next = mapTexts(
    node.next,
    (wire, port) => change(wire, { kind: "next", node: id, port }, id) ?? `${id}.${port}`,
  );
  const collect = mapTexts(node.collect, (wire, port) =>
    change(wire, { kind: "collect", node: id, port }, id),
  );
  const shown = node.show && (change(node.show, { kind: "show", node: id, port: "" }, id) ?? "");
  const same =
    inputs === node.inputs && next === node.next && collect === node.collect && shown === node.show;
  return same ? node : { ...node, inputs, next, collect, show: shown };
}

function mapTexts(
  map: ReadonlyMap<string, string>,
  change: (text: string, name: string) => string | null,
): ReadonlyMap<string, string> {
  let made: Map<string, string> | null = null;
  for (const [name, text] of map) {
    const changed = change(text, name);
    if (changed === text) continue;
    made ??= new Map(map);
    if (changed === null) made.delete(name);
    else made.set(name, changed);
  }
  return made ?? map;
}

function mapWires(
  map: ReadonlyMap<string, Wire>,
  change: (wire: string, port: string, at?: number) => string | null,
): ReadonlyMap<string, Wire> {
  let made: Map<string, Wire> | null = null;
  for (const [port, wire] of map) {
    let changed: Wire | null;
    if (typeof wire === "string") changed = change(wire, port);
    else {
      const kept = wire.flatMap((one, at) => change(one, port, at) ?? []);
      const same = kept.length === wire.length && kept.every((one, at) => one === wire[at]);
      changed = same ? wire : kept.length > 0 ? kept : null;
    }
    if (changed === wire) continue;
    made ??= new Map(map);
    if (changed === null) made.delete(port);
    else made.set(port, changed);
  }
  return made ?? map;
}

/** Every target of the public inputs put through `change`; null, or one left without, drops it. */
export function retarget(graph: Graph, change: (target: string) => string | null): Graph {
  let same = true;
  const inputs = new Map<string, PublicInput>();
  for (const [name, input] of graph.inputs) {
    const to = input.to.flatMap((wire) => change(wire) ?? []);
    const kept = to.length === input.to.length && to.every((wire, at) => wire === input.to[at]);
    same &&= kept;
    if (kept) inputs.set(name, input);
    else if (to.length > 0) inputs.set(name, { ...input, to: [...new Set(to)] });
  }
  return same ? graph : { ...graph, inputs };
}

/** Wires that read `id` read `to` instead; others are as they were. */
export function renameSource(wire: string, rename: (id: string) => string): string {
  const [id, port] = splitWire(wire);
  const name = rename(id);
  return name === id ? wire : `${name}.${port}`;
}

/** The first of `stem`, `stem_2`, `stem_3`, ... that is not taken. */
export function freshName(stem: string, taken: (name: string) => boolean): string {
  const start = ID.test(stem) ? stem.replace(/_\d+$/, "") : "node";
  for (let count = 1; ; count++) {
    const tail = count === 1 ? "" : `_${count}`;
    const name = start.slice(0, 64 - tail.length) + tail;
    if (!taken(name)) return name;
  }
}

/** A node type as an id: `VAEDecode` is `vae_decode`, `pack:MyNode` is `my_node`. */
export function stemOf(type: string): string {
  const bare = type.slice(type.indexOf(":") + 1);
  const words = bare
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]{2})([A-Z][a-z])/g, "$1_$2");
  const stem = words.toLowerCase().replace(/[^a-z0-9_]/g, "_");
  return ID.test(stem) ? stem : "node";
}

export function freshId(graph: Graph, stem: string, also?: ReadonlySet<string>): string {
  const { nodes } = scopesOf(graph);
  return freshName(stem, (name) => nodes.has(name) || (also?.has(name) ?? false));
}
