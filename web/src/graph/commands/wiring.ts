/** Wires drawn. A typed value that a wire stands in for is kept until the wire is cut. */

import type { Connection, Fix } from "../connect.ts";
import { Connector, takesMore } from "../connect.ts";
import { editNode, freshId, freshName, retarget, rewire, stemOf, withEntry } from "../edit.ts";
import { NEW_PORT } from "../measures.ts";
import { RESERVED, splitWire, wireList } from "../model.ts";
import type { Graph, GraphNode } from "../model.ts";
import { PortTypes } from "../porttypes.ts";
import { scopesOf } from "../scopes.ts";
import type { Point } from "../view.ts";
import { bendsOf, withBends, withKept } from "../view.ts";
import type { Target } from "../wires.ts";
import { inputTarget, scopeOfTarget, wireAt } from "../wires.ts";
import { addNode } from "./nodes.ts";

/** Draws a wire that `canConnect` allows. An occupied input is wired anew. */
export function connect(graph: Graph, types: PortTypes, connection: Connection): Graph {
  const target = named(graph, connection);
  const { source } = connection;
  switch (target.kind) {
    case "output":
      return { ...graph, outputs: withEntry(graph.outputs, target.port, source) };
    case "next":
      return editNode(graph, target.node, (node) => ({
        ...node,
        next: withEntry(node.next, target.port, source),
      }));
    case "collect":
      return editNode(graph, target.node, (node) => ({
        ...node,
        collect: withEntry(node.collect, target.port, source),
      }));
    case "show":
      return editNode(graph, target.node, (node) => ({ ...node, show: source }));
    case "input":
      return connectInput(graph, types, source, target);
  }
}

/** A target on the row for a new port gets a name, after the port that is wired to it. */
function named(graph: Graph, { source, target }: Connection): Target {
  if (target.port !== NEW_PORT) return target;
  const port = splitWire(source)[1];
  const stem = RESERVED.has(port) ? "value" : port;
  if (target.kind === "output") {
    return { ...target, port: freshName(stem, (name) => graph.outputs.has(name)) };
  }
  const node = scopesOf(graph).nodes.get(target.node);
  if (node?.type === "Switch") return { ...target, port: newCase(node) };
  const taken = (name: string): boolean =>
    [node?.inputs, node?.params, node?.next, node?.collect].some((map) => map?.has(name)) ||
    RESERVED.has(name);
  return { ...target, port: freshName(stem, taken) };
}

/** `true` and `false` first, then `default`, then numbers from 0. */
export function newCase(node: GraphNode): string {
  const taken = (name: string): boolean => node.inputs.has(name) || node.params.has(name);
  const word = ["true", "false"].find((name) => !taken(name));
  const numbered = [...node.inputs.keys(), ...node.params.keys()].some((name) =>
    /^-?\d+$/.test(name),
  );
  if (word !== undefined && !numbered) return word;
  if (!taken("default") && !numbered) return "default";
  for (let at = 0; ; at++) if (!taken(String(at))) return String(at);
}

function connectInput(graph: Graph, types: PortTypes, source: string, target: Target): Graph {
  const { node: id, port, at } = target;
  const value = scopesOf(graph).nodes.get(id)?.params.get(port);
  const made = value === undefined ? graph : withKept(graph, id, port, value);
  const more = takesMore(types, id, port);
  return editNode(made, id, (node) => {
    const before = wireList(node.inputs.get(port));
    const list =
      at === undefined ? [...before, source] : before.map((one, n) => (n === at ? source : one));
    const wire = more && list.length > 1 ? list : source;
    const inputs = withEntry(node.inputs, port, wire);
    const params = withEntry(node.params, port, undefined);
    return carriesOn({ ...node, inputs, params }, id, port);
  });
}

/** A new carried value goes on unchanged until its `next` is wired, so that the loop is whole. */
function carriesOn(node: GraphNode, id: string, port: string): GraphNode {
  if (node.type !== "Repeat" || port === "over" || node.next.has(port)) return node;
  return { ...node, next: withEntry(node.next, port, `${id}.${port}`) };
}

/** All wires of one output moved to another (Shift-drag); those that may not go there stay. */
export function moveWires(graph: Graph, types: PortTypes, from: string, to: string): Graph {
  const connector = new Connector(types, to);
  return rewire(graph, (wire, target) => (wire === from && !connector.refusal(target) ? to : wire));
}

/** Carries out what a refused wire offered, and draws it. */
export function applyFix(
  graph: Graph,
  types: PortTypes,
  connection: Connection,
  fix: Fix,
  place?: Point,
): Graph {
  if (fix.kind === "unexpose") {
    const open = retarget(graph, (wire) => (wire === fix.name ? null : wire));
    return connect(open, types, connection);
  }
  const scope = scopeOfTarget(graph, connection.target);
  const id = freshId(graph, stemOf(fix.type));
  const inputs = new Map([[fix.input, connection.source]]);
  const made = addNode(graph, { id, type: fix.type, scope, inputs, ...(place ? { place } : {}) });
  return connect(made, types, { source: `${id}.${fix.output}`, target: connection.target });
}

/** The input and the output by which a node of `type` would stand on the wire at `target`. */
export function fitOnWire(
  graph: Graph,
  types: PortTypes,
  type: string,
  target: Target,
): { readonly input: string; readonly output: string } | null {
  const source = wireAt(graph, target);
  const declaration = types.catalogue.declarations.get(type);
  if (source === undefined || !declaration) return null;
  const scope = scopeOfTarget(graph, target);
  const id = freshId(graph, stemOf(type));
  const trial = addNode(graph, { id, type, scope });
  const trialTypes = new PortTypes(trial, types.catalogue, types.parts);
  const arriving = new Connector(trialTypes, source);
  const input = [...declaration.inputs.keys()].find(
    (name) => !arriving.refusal(inputTarget(id, name)),
  );
  const output = [...declaration.outputs.keys()].find(
    (name) => !new Connector(trialTypes, `${id}.${name}`).refusal(target),
  );
  return input === undefined || output === undefined ? null : { input, output };
}

/** Puts a node that is there already on a wire: it takes the wire, and its output goes on. */
export function insertOnWire(
  graph: Graph,
  types: PortTypes,
  id: string,
  target: Target,
  ports: { readonly input: string; readonly output: string },
): Graph {
  const source = wireAt(graph, target);
  if (source === undefined) return graph;
  const arrived = connect(graph, types, { source, target: inputTarget(id, ports.input) });
  return connect(arrived, types, { source: `${id}.${ports.output}`, target });
}

/** A bend point on a wire (double-click): where it passes, in the order of its way. */
export function addBend(graph: Graph, key: string, at: number, point: Point): Graph {
  const points = [...(bendsOf(graph).get(key) ?? [])];
  points.splice(at, 0, point);
  return withBends(graph, key, points);
}

export function moveBend(graph: Graph, key: string, at: number, point: Point): Graph {
  const points = (bendsOf(graph).get(key) ?? []).map((one, n) => (n === at ? point : one));
  return withBends(graph, key, points);
}

export function removeBend(graph: Graph, key: string, at: number): Graph {
  return withBends(
    graph,
    key,
    (bendsOf(graph).get(key) ?? []).filter((_, n) => n !== at),
  );
}
