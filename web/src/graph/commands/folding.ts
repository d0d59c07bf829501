/**
 * Nodes folded into a definition, used as one Subgraph node. `expanding.ts` opens it again.
 *
 * "Fold into sampler" is this, with the loop and what only it needs selected.
 */

import {
  editAt,
  editBody,
  editNode,
  freshName,
  graphAt,
  retarget,
  rewire,
  withEntry,
} from "../edit.ts";
import { objectOf } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Graph, Nodes, PublicInput, Wire } from "../model.ts";
import { makeGraph, makeNode, makePublicInput, splitWire, wireList } from "../model.ts";
import { scopesOf } from "../scopes.ts";
import type { Point } from "../view.ts";
import { positionOf, viewOfNodes, withNodeView, withPositions, withViewIds } from "../view.ts";
import { wiresOf } from "../wires.ts";
import { between, replaced } from "./loops.ts";
import { withBodies } from "./nodes.ts";

/** A changed document with the new nodes' ids, or why it could not be done. */
export type Folded =
  { readonly document: Graph; readonly ids: readonly string[] } | { readonly refusal: string };

/** Why these nodes cannot be one; empty where they can. */
export function foldRefusal(graph: Graph, ids: readonly string[]): string {
  const scopes = scopesOf(graph);
  const homes = new Set(ids.map((id) => scopes.home(id)));
  if (ids.length === 0) return "Nothing is selected.";
  if (homes.size > 1) return "The selected nodes stand in different bodies: choose those of one.";
  const middle = between(scopes, ids);
  if (middle !== "") return middle;
  const inner = withBodies(graph, ids);
  const isOutside = (wire: string): boolean => !inner.has(splitWire(wire)[0]);
  for (const { source, target } of wiresOf(graph)) {
    if (!inner.has(target.node) || !isOutside(source)) continue;
    if (target.kind !== "input") {
      return `'${target.node}' takes '${source}' from outside on its right rail: carry the value into the loop first.`;
    }
    const all = wireList(scopes.nodes.get(target.node)?.inputs.get(target.port));
    if (!all.every(isOutside)) {
      return `'${target.node}.${target.port}' takes wires from inside and from outside: select their sources as well.`;
    }
  }
  return "";
}

/** Folds nodes of one body into a new definition; one Subgraph node stands in their place. */
export function fold(document: Graph, place: string, ids: readonly string[], name: string): Folded {
  const graph = graphAt(document, place);
  if (!graph) return { refusal: `There is no definition '${place}'.` };
  const refusal = foldRefusal(graph, ids);
  if (refusal !== "") return { refusal };
  const inner = withBodies(graph, ids);
  const scopes = scopesOf(graph);
  const part = freshName(name, (taken) => document.definitions.has(taken));
  const id = freshName(name, (taken) => scopes.nodes.has(taken) && !inner.has(taken));
  const face = faceOf(graph, inner);
  const definition = definitionOf(graph, ids, inner, face, name);
  const node = makeNode({
    type: "Subgraph",
    graph: part,
    inputs: new Map([...face.incoming].map(([port, { wire }]) => [port, wire])),
  });
  const home = scopes.home(ids[0] ?? "");
  const shrunk = editBody(graph, home, (nodes) => replaced(nodes, new Set(ids), id, node));
  const wired = rewire(shrunk, (wire) => port(face.outgoing, wire, id) ?? wire);
  const faced = retarget(wired, (wire) => port(face.set, wire, id) ?? wire);
  const viewed = withViewIds(faced, (known) => (inner.has(known) ? null : known));
  const corner = cornerOf(graph, ids);
  const placed = withPositions(
    withNodeView(viewed, id, { folded: trace(graph, home, ids, inner) }),
    [[id, corner]],
  );
  const definitions = withEntry(document.definitions, part, definition);
  const made = place === "" ? { ...placed, definitions } : placed;
  return { document: editAt({ ...document, definitions }, place, () => made), ids: [id] };
}

function port(ports: ReadonlyMap<string, string>, wire: string, id: string): string | undefined {
  const name = ports.get(wire);
  return name === undefined ? undefined : `${id}.${name}`;
}

interface Incoming {
  readonly wire: Wire;
  readonly to: readonly string[];
}

/** What the new node's ports are. */
interface Face {
  /** What comes from outside, with the ports it sets, by the name of the new port. */
  readonly incoming: ReadonlyMap<string, Incoming>;
  /** The names of the new ports for wires that are read outside. */
  readonly outgoing: ReadonlyMap<string, string>;
  /** The public inputs that set ports inside, and the names of the new ports for those ports. */
  readonly inputs: ReadonlyMap<string, PublicInput>;
  readonly set: ReadonlyMap<string, string>;
}

function faceOf(graph: Graph, inner: ReadonlySet<string>): Face {
  const incoming = incomingOf(graph, inner);
  const inputs = new Map<string, PublicInput>();
  const set = new Map<string, string>();
  for (const [name, input] of graph.inputs) {
    const to = input.to.filter((wire) => inner.has(splitWire(wire)[0]));
    if (to.length === 0) continue;
    const fresh = freshName(name, (other) => incoming.has(other) || inputs.has(other));
    inputs.set(fresh, { ...input, to });
    for (const wire of to) set.set(wire, fresh);
  }
  return { incoming, outgoing: outgoingOf(graph, inner), inputs, set };
}

function incomingOf(graph: Graph, inner: ReadonlySet<string>): ReadonlyMap<string, Incoming> {
  const found = new Map<string, Incoming>();
  const names = new Map<string, string>();
  for (const [id, node] of scopesOf(graph).nodes) {
    if (!inner.has(id)) continue;
    for (const [input, wire] of node.inputs) {
      if (inner.has(splitWire(wireList(wire)[0] ?? "")[0])) continue;
      const key = JSON.stringify(wire);
      const name = names.get(key) ?? freshName(input, (taken) => found.has(taken));
      names.set(key, name);
      found.set(name, { wire, to: [...(found.get(name)?.to ?? []), `${id}.${input}`] });
    }
  }
  return found;
}

function outgoingOf(graph: Graph, inner: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { source, target } of wiresOf(graph)) {
    if (inner.has(target.node) || !inner.has(splitWire(source)[0]) || names.has(source)) continue;
    const taken = (name: string): boolean => [...names.values()].includes(name);
    names.set(source, freshName(splitWire(source)[1], taken));
  }
  return names;
}

function definitionOf(
  graph: Graph,
  ids: readonly string[],
  inner: ReadonlySet<string>,
  face: Face,
  title: string,
): Graph {
  const nodes: Nodes = new Map([...scopesOf(graph).nodes].filter(([id]) => ids.includes(id)));
  const ports = [...face.incoming].map(
    ([name, { to }]) => [name, makePublicInput({ to })] as const,
  );
  const whole = makeGraph({
    title,
    nodes,
    inputs: new Map([...ports, ...face.inputs]),
    outputs: new Map([...face.outgoing].map(([wire, name]) => [name, wire])),
    view: viewOfNodes(graph, inner),
  });
  // What is set from outside is no wire in the definition.
  const set = new Set([...face.incoming.values()].flatMap(({ to }) => to));
  return [...inner].reduce(
    (made, id) =>
      editNode(made, id, (node) => {
        const inputs = new Map([...node.inputs].filter(([name]) => !set.has(`${id}.${name}`)));
        return inputs.size === node.inputs.size ? node : { ...node, inputs };
      }),
    whole,
  );
}

export function cornerOf(graph: Graph, ids: readonly string[]): Point {
  const places = ids.flatMap((id) => positionOf(graph, id) ?? []);
  if (places.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.min(...places.map(({ x }) => x)),
    y: Math.min(...places.map(({ y }) => y)),
  };
}

/** What the view keeps of where the nodes were, so that opening gives back what was. */
function trace(
  graph: Graph,
  home: string,
  ids: readonly string[],
  inner: ReadonlySet<string>,
): JsonObject {
  const { x, y } = cornerOf(graph, ids);
  const to = [...graph.inputs].flatMap(([name, input]): [string, Json][] =>
    input.to.length > 1 && input.to.some((wire) => inner.has(splitWire(wire)[0]))
      ? [[name, [...input.to]]]
      : [],
  );
  return objectOf([
    [
      "at",
      objectOf([
        ["x", x],
        ["y", y],
      ]),
    ],
    ["order", objectOf(orderOf(graph, home, ids))],
    ["to", objectOf(to)],
  ]);
}

/** For each folded node that did not follow the folded one before it: what it followed. */
function orderOf(graph: Graph, home: string, ids: readonly string[]): [string, Json][] {
  const body = home === "" ? graph.nodes : scopesOf(graph).nodes.get(home)?.body;
  const names = [...(body?.keys() ?? [])];
  const chosen = names.filter((name) => ids.includes(name));
  return chosen.slice(1).flatMap((name, at): [string, Json][] => {
    const before = names[names.indexOf(name) - 1] ?? "";
    return before === chosen[at] ? [] : [[name, before]];
  });
}
