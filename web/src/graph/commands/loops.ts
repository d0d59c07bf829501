/** Loops: nodes wrapped in a Repeat or Map, moved in and out of its body, carried values. */

import { dependents, readersOf } from "../cycles.ts";
import { Connector } from "../connect.ts";
import {
  editBody,
  editNode,
  freshName,
  renamedEntry,
  rewire,
  retarget,
  withEntry,
  withoutNodes,
} from "../edit.ts";
import { BODY_CORNER } from "../measures.ts";
import { ID, RESERVED, makeNode, splitWire } from "../model.ts";
import type { Graph, GraphNode, Nodes } from "../model.ts";
import { PortTypes } from "../porttypes.ts";
import { isProblem, scopesOf } from "../scopes.ts";
import type { Scopes } from "../scopes.ts";
import type { Point } from "../view.ts";
import { positionOf, withPositions, withViewIds, withViewPort } from "../view.ts";
import { keyOfTarget, scopeOfTarget, wiresOf } from "../wires.ts";
import { cycles } from "../cycles.ts";
import { cutWires } from "./cutting.ts";
import { withBodies } from "./nodes.ts";

/** A changed graph and what had to give way for it, or why it could not be done. */
export type Outcome =
  { readonly graph: Graph; readonly cut: readonly string[] } | { readonly refusal: string };

/** Why nodes cannot be moved into one body together; empty where they can. */
function apart(scopes: Scopes, ids: readonly string[]): string {
  const homes = new Set(ids.map((id) => scopes.home(id)));
  if (ids.length === 0) return "Nothing is selected.";
  return homes.size > 1 ? "The selected nodes stand in different bodies: choose those of one." : "";
}

/** Why the chosen nodes cannot become one: something outside stands between them. */
export function between(scopes: Scopes, ids: readonly string[]): string {
  const readers = readersOf(scopes);
  const chosen = new Set(ids);
  const after = new Set(ids.flatMap((id) => [...dependents(readers, id)]));
  const middle = [...after].find(
    (id) => !chosen.has(id) && [...dependents(readers, id)].some((reader) => chosen.has(reader)),
  );
  return middle === undefined
    ? ""
    : `'${middle}' stands between the selected nodes: select it as well.`;
}

/**
 * Puts nodes of one body into the body of a new loop.
 *
 * In a Repeat, an output that is read outside is carried, where a wire of its type comes in; every
 * other output that is read outside is collected, one item a turn.
 */
export function wrapInLoop(
  graph: Graph,
  types: PortTypes,
  ids: readonly string[],
  loop: { readonly id: string; readonly kind: "Repeat" | "Map" },
): Outcome {
  const scopes = scopesOf(graph);
  const refusal = apart(scopes, ids) || between(scopes, ids);
  if (refusal !== "") return { refusal };
  const inner = withBodies(graph, ids);
  const carried =
    loop.kind === "Repeat" ? carriedOf(graph, types, inner, ids) : new Map<string, Carried>();
  const collected = collectedOf(graph, inner, carried);
  const turned = rewire(graph, (wire, target) => {
    const isInside = inner.has(target.node);
    for (const [name, { initial, after }] of carried) {
      if (wire === (isInside ? initial : after)) return `${loop.id}.${name}`;
    }
    const list = collected.get(wire);
    return list === undefined || isInside ? wire : `${loop.id}.${list}`;
  });
  const members = new Map([...scopesOf(turned).nodes].filter(([id]) => ids.includes(id)));
  const node = makeNode({
    type: loop.kind,
    params: new Map([["over", 4]]),
    inputs: new Map([...carried].map(([name, { initial }]) => [name, initial])),
    next: new Map([...carried].map(([name, { after }]) => [name, after])),
    collect: new Map([...collected].map(([wire, name]) => [name, wire])),
    body: members,
  });
  const home = scopes.home(ids[0] ?? "");
  const made = editBody(turned, home, (nodes) => replaced(nodes, new Set(ids), loop.id, node));
  return { graph: framed(graph, made, ids, loop.id), cut: [] };
}

interface Carried {
  readonly initial: string;
  readonly after: string;
}

/** What a Repeat around nodes carries: an output read outside, and a wire of its type coming in. */
function carriedOf(
  graph: Graph,
  types: PortTypes,
  inner: ReadonlySet<string>,
  ids: readonly string[],
): Map<string, Carried> {
  const scope = types.scopes.home(ids[0] ?? "");
  const coming = new Set(
    wiresOf(graph)
      .filter(({ source, target }) => inner.has(target.node) && !inner.has(splitWire(source)[0]))
      .map(({ source }) => source),
  );
  const made = new Map<string, Carried>();
  for (const after of leaving(graph, inner)) {
    const kind = types.wire(after, scope)?.name;
    const initial = [...coming].find((wire) => types.wire(wire, scope)?.name === kind);
    if (initial === undefined) continue;
    coming.delete(initial);
    made.set(
      freshName(portName(after), (name) => made.has(name)),
      { initial, after },
    );
  }
  return made;
}

/** The wires that are read outside of nodes and come from inside. */
function leaving(graph: Graph, inner: ReadonlySet<string>): ReadonlySet<string> {
  const found = wiresOf(graph).filter(
    ({ source, target }) => !inner.has(target.node) && inner.has(splitWire(source)[0]),
  );
  return new Set(found.map(({ source }) => source));
}

function portName(wire: string): string {
  const [, port] = splitWire(wire);
  return RESERVED.has(port) ? "value" : port;
}

function collectedOf(
  graph: Graph,
  inner: ReadonlySet<string>,
  carried: ReadonlyMap<string, Carried>,
): ReadonlyMap<string, string> {
  const done = new Set([...carried.values()].map(({ after }) => after));
  const names = new Map<string, string>();
  for (const wire of leaving(graph, inner)) {
    if (done.has(wire)) continue;
    const taken = (name: string): boolean =>
      carried.has(name) || [...names.values()].includes(name);
    names.set(wire, freshName(portName(wire), taken));
  }
  return names;
}

/** A body in which one node stands where the first of several stood. */
export function replaced(
  nodes: Nodes,
  gone: ReadonlySet<string>,
  id: string,
  node: GraphNode,
): Nodes {
  const entries: [string, GraphNode][] = [];
  for (const [name, item] of nodes) {
    if (!gone.has(name)) entries.push([name, item]);
    else if (!entries.some(([known]) => known === id)) entries.push([id, node]);
  }
  return new Map(entries);
}

/** The loop's frame where its nodes stood, and they at the same place within it. */
function framed(before: Graph, graph: Graph, ids: readonly string[], loop: string): Graph {
  const places = ids.flatMap((id) => {
    const place = positionOf(before, id);
    return place ? [[id, place] as const] : [];
  });
  if (places.length === 0) return graph;
  const x = Math.min(...places.map(([, place]) => place.x)) - BODY_CORNER.x;
  const y = Math.min(...places.map(([, place]) => place.y)) - BODY_CORNER.y;
  const inner = places.map(([id, place]) => [id, { x: place.x - x, y: place.y - y }] as const);
  return withPositions(graph, [...inner, [loop, { x, y }]]);
}

/**
 * Moves nodes into the body of a loop, or out to `scope`. Wires that would mean something else
 * there, or nothing, or go in a circle, are cut and named.
 */
export function moveInto(
  graph: Graph,
  types: PortTypes,
  ids: readonly string[],
  scope: string,
  places: ReadonlyMap<string, Point> = new Map(),
): Outcome {
  const scopes = scopesOf(graph);
  const refusal = apart(scopes, ids) || intoItself(scopes, ids, scope);
  if (refusal !== "") return { refusal };
  if (ids.every((id) => scopes.home(id) === scope)) {
    return { graph: withPositions(graph, places), cut: [] };
  }
  const moved = [...scopes.nodes].filter(([id]) => ids.includes(id));
  const out = withoutNodes(graph, new Set(ids));
  const inside = editBody(out, scope, (nodes) => new Map([...nodes, ...moved]));
  const sighted = cutBroken(graph, inside);
  const straight = cutCircles(sighted.graph, types, withBodies(graph, ids));
  const [circle] = cycles(scopesOf(straight.graph));
  if (circle && cycles(scopes).length === 0)
    return { refusal: `They cannot stand there. ${circle.message}` };
  return {
    graph: withPositions(straight.graph, places),
    cut: [...sighted.cut, ...straight.cut],
  };
}

function intoItself(scopes: Scopes, ids: readonly string[], scope: string): string {
  const around = scopes.enclosing(scope);
  const own = ids.find((id) => around.includes(id));
  if (own !== undefined) return `'${own}' cannot be moved into its own body.`;
  return scope !== "" && !scopes.nodes.get(scope)?.body ? `'${scope}' has no body.` : "";
}

/** Cuts the wires that no longer come from where they did. */
function cutBroken(before: Graph, after: Graph): { readonly graph: Graph; readonly cut: string[] } {
  const meaning = new Map(
    wiresOf(before).map(({ key, source, target }) => [
      key,
      scopesOf(before).resolve(source, scopeOfTarget(before, target)),
    ]),
  );
  const cut: string[] = [];
  const graph = cutWires(after, (wire, target, scope) => {
    const was = meaning.get(keyOfTarget(target));
    const is = scopesOf(after).resolve(wire, scope);
    if (!was || isProblem(was) || (!isProblem(is) && is.side === was.side)) return false;
    cut.push(wire);
    return true;
  });
  return { graph, cut };
}

/** Cuts the wires to and from nodes that would now go in a circle. */
function cutCircles(
  graph: Graph,
  types: PortTypes,
  moved: ReadonlySet<string>,
): { readonly graph: Graph; readonly cut: string[] } {
  const cut: string[] = [];
  let made = graph;
  for (const { source, target, key } of wiresOf(graph)) {
    if (!moved.has(target.node) && !moved.has(splitWire(source)[0])) continue;
    const now = new PortTypes(made, types.catalogue, types.parts);
    if (new Connector(now, source).refusal(target)?.code !== "cycle") continue;
    made = cutWires(made, (_, other) => keyOfTarget(other) === key);
    cut.push(source);
  }
  return { graph: made, cut };
}

/** Takes a loop away and leaves its nodes, as its first turn would have them. */
export function unwrapLoop(graph: Graph, id: string): Outcome {
  const scopes = scopesOf(graph);
  const node = scopes.nodes.get(id);
  if (!node?.body) return { refusal: `'${id}' has no body.` };
  const body = node.body;
  const cut: string[] = [];
  const inner = withBodies(graph, body.keys());
  const wired = cutWires(
    rewire(graph, (wire, target) => unwrapped(wire, id, node, inner.has(target.node)) ?? wire),
    (wire, target) => {
      const isLost = splitWire(wire)[0] === id && target.node !== id;
      if (isLost) cut.push(wire);
      return isLost;
    },
  );
  const members = scopesOf(wired).nodes.get(id)?.body ?? body;
  const home = scopes.home(id);
  const opened = editBody(wired, home, (nodes) => {
    const entries = [...nodes].flatMap(([name, item]) =>
      name === id ? [...members] : [[name, item] as const],
    );
    return new Map(entries);
  });
  const corner = positionOf(graph, id) ?? { x: 0, y: 0 };
  const places = [...body.keys()].flatMap((name) => {
    const place = positionOf(graph, name);
    return place ? [[name, { x: place.x + corner.x, y: place.y + corner.y }] as const] : [];
  });
  const faced = retarget(opened, (wire) => (splitWire(wire)[0] === id ? null : wire));
  const viewed = withViewIds(faced, (name) => (name === id ? null : name));
  return { graph: withPositions(viewed, places), cut };
}

/** What a loop's port stands for once it is gone. */
function unwrapped(wire: string, id: string, node: GraphNode, inside: boolean): string | undefined {
  const [source, port] = splitWire(wire);
  if (source !== id) return undefined;
  const initial = node.inputs.get(port);
  const first = typeof initial === "string" ? initial : undefined;
  if (inside) return first;
  const after = node.next.get(port) ?? node.collect.get(port);
  // A value that is carried unchanged is what it was at the start.
  return after === `${id}.${port}` ? first : after;
}

/** Why a carried or collected value cannot have this name; empty where it can. */
export function carriedNameRefusal(graph: Graph, loop: string, from: string, to: string): string {
  const node = scopesOf(graph).nodes.get(loop);
  if (from === to) return "";
  if (!ID.test(to) || RESERVED.has(to))
    return `'${to.slice(0, 64)}' cannot be a carried value's name.`;
  const taken = [node?.next, node?.inputs, node?.params, node?.collect].some((map) => map?.has(to));
  return taken ? `'${loop}' has a value '${to}' already.` : "";
}

/** Renames a carried or collected value, wherever it is read. */
export function renameCarried(graph: Graph, loop: string, from: string, to: string): Graph {
  if (from === to || carriedNameRefusal(graph, loop, from, to) !== "") return graph;
  const named = editNode(graph, loop, (node) => ({
    ...node,
    params: renamedEntry(node.params, from, to),
    inputs: renamedEntry(node.inputs, from, to),
    next: renamedEntry(node.next, from, to),
    collect: renamedEntry(node.collect, from, to),
  }));
  const rename = (wire: string): string => (wire === `${loop}.${from}` ? `${loop}.${to}` : wire);
  return withViewPort(retarget(rewire(named, rename), rename), loop, from, to);
}

/** Takes a carried or collected value out of a loop; what read it is cut. */
export function removeCarried(graph: Graph, loop: string, name: string): Graph {
  const cut = cutWires(graph, (wire, target) => wire === `${loop}.${name}` && target.node !== loop);
  const open = retarget(cut, (wire) => (wire === `${loop}.${name}` ? null : wire));
  return editNode(open, loop, (node) => ({
    ...node,
    params: withEntry(node.params, name, undefined),
    inputs: withEntry(node.inputs, name, undefined),
    next: withEntry(node.next, name, undefined),
    collect: withEntry(node.collect, name, undefined),
    show: node.show === `${loop}.${name}` ? "" : node.show,
  }));
}
