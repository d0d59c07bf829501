/**
 * A Subgraph opened: the nodes of its definition stand in its place.
 *
 * Where nothing was changed since it was folded, the graph is what it was: ids, wires, values,
 * order and places. "Open the loop" is this, on the `sampler` part.
 */

import { editAt, editBody, editNode, freshName, graphAt, rewire, withEntry } from "../edit.ts";
import { field, isList, isObject } from "../json.ts";
import type { Graph, GraphNode, Nodes, PublicInput } from "../model.ts";
import { splitWire } from "../model.ts";
import { namesApart, withRenamedNodes } from "../renaming.ts";
import { scopesOf } from "../scopes.ts";
import { nodeField, positionOf, withMergedView, withPositions, withViewIds } from "../view.ts";
import { cornerOf } from "./folding.ts";
import type { Folded } from "./folding.ts";

/** Opens a Subgraph. A definition that nothing uses any more goes. */
export function expand(document: Graph, place: string, id: string): Folded {
  const graph = graphAt(document, place);
  const node = graph && scopesOf(graph).nodes.get(id);
  const part = node && document.definitions.get(node.graph);
  if (!graph || !part) return { refusal: `'${id}' uses no definition of this file.` };
  const taken = (name: string): boolean => name !== id && scopesOf(graph).nodes.has(name);
  const apart = withRenamedNodes(part, namesApart(part, taken, freshName));
  const opened = withGiven(apart, node);
  const outputs = new Map([...apart.outputs].map(([port, wire]) => [`${id}.${port}`, wire]));
  const wired = rewire(graph, (wire) => outputs.get(wire) ?? wire);
  const mode = node.mode;
  const nodes = new Map(
    [...scopedTo(opened, outputs)].map(([name, inner]): [string, GraphNode] => [
      name,
      mode === "mute" && inner.mode === "" ? { ...inner, mode } : inner,
    ]),
  );
  const order = orderAt(graph, id);
  const body = editBody(wired, scopesOf(graph).home(id), (all) => inserted(all, id, nodes, order));
  const made = withOpenView(graph, withFaces(body, graph, id, apart), id, opened);
  return {
    document: withoutUnused(
      editAt(document, place, () => made),
      node.graph,
    ),
    ids: [...nodes.keys()],
  };
}

/** The opened nodes; what the Subgraph fed from its own outputs reads them directly. */
function scopedTo(opened: Graph, outputs: ReadonlyMap<string, string>): Nodes {
  return rewire(opened, (wire) => outputs.get(wire) ?? wire).nodes;
}

/** The definition's nodes with what the Subgraph node gave to its ports. */
function withGiven(part: Graph, given: GraphNode): Graph {
  let made = part;
  for (const [name, { to }] of part.inputs) {
    const wire = given.inputs.get(name);
    const value = given.params.get(name);
    if (wire === undefined && value === undefined) continue;
    for (const target of to) {
      const [id, port] = splitWire(target);
      made = editNode(made, id, (node) => ({
        ...node,
        inputs: withEntry(node.inputs, port, wire),
        params: withEntry(node.params, port, wire === undefined ? value : undefined),
      }));
    }
  }
  return made;
}

/** Public inputs that set the Subgraph's ports set the ports behind them. */
function withFaces(graph: Graph, before: Graph, id: string, part: Graph): Graph {
  const known = field(nodeField(before, id, "folded"), "to");
  const inputs = [...graph.inputs].flatMap(([name, input]): [string, PublicInput][] => {
    const to = input.to.flatMap((wire) => {
      const [node, port] = splitWire(wire);
      return node === id ? (part.inputs.get(port)?.to ?? []) : [wire];
    });
    if (to.length === 0) return [];
    const order = field(known, name);
    const was = isList(order) ? order.filter((wire) => typeof wire === "string") : [];
    const same = was.length === to.length && to.every((wire) => was.includes(wire));
    return [[name, { ...input, to: same ? was : to }]];
  });
  return { ...graph, inputs: new Map(inputs) };
}

/** What each node that was not next to the one before it followed. */
function orderAt(graph: Graph, id: string): ReadonlyMap<string, string> {
  const order = field(nodeField(graph, id, "folded"), "order");
  const entries = isObject(order) ? Object.entries(order) : [];
  return new Map(
    entries.flatMap(([name, before]) =>
      typeof before === "string" ? [[name, before] as const] : [],
    ),
  );
}

/** A body with nodes in the place of one of its own; each where it was, if that is known. */
function inserted(
  nodes: Nodes,
  id: string,
  added: Nodes,
  order: ReadonlyMap<string, string>,
): Nodes {
  const rows: [string, GraphNode][] = [...nodes];
  let at = rows.findIndex(([name]) => name === id);
  rows.splice(at, 1);
  for (const entry of added) {
    const before = order.get(entry[0]);
    const known = before === undefined ? -1 : rows.findIndex(([name]) => name === before);
    if (known >= 0) at = known + 1;
    rows.splice(at, 0, entry);
    at++;
  }
  return new Map(rows);
}

/** The view of the opened nodes, moved as far as their node was moved since it was folded. */
function withOpenView(before: Graph, graph: Graph, id: string, opened: Graph): Graph {
  const top = [...opened.nodes.keys()];
  const start = field(nodeField(before, id, "folded"), "at");
  const x = field(start, "x");
  const y = field(start, "y");
  const was = typeof x === "number" && typeof y === "number" ? { x, y } : cornerOf(opened, top);
  const is = positionOf(before, id) ?? was;
  const places = top.flatMap((name) => {
    const place = positionOf(opened, name);
    return place ? [[name, { x: place.x + is.x - was.x, y: place.y + is.y - was.y }] as const] : [];
  });
  const cleared = withViewIds(graph, (name) => (name === id ? null : name));
  return withPositions(withMergedView(cleared, opened.view), places);
}

/** The document without a definition that nothing uses any more. */
function withoutUnused(document: Graph, name: string): Graph {
  const others = [...document.definitions].flatMap(([own, part]) => (own === name ? [] : [part]));
  const isUsed = [document, ...others].some((graph) =>
    [...scopesOf(graph).nodes.values()].some(
      (node) => node.type === "Subgraph" && node.graph === name,
    ),
  );
  if (isUsed) return document;
  return { ...document, definitions: withEntry(document.definitions, name, undefined) };
}
