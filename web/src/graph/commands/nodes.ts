/** Nodes added, removed, renamed, and what is set on them. */

import { passedOn } from "../bypass.ts";
import { Connector } from "../connect.ts";
import {
  editBody,
  editNode,
  renameSource,
  renamedEntry,
  rewire,
  retarget,
  withEntry,
  withoutNodes,
} from "../edit.ts";
import type { Json } from "../json.ts";
import { ID, makeNode, splitWire, walkNodes } from "../model.ts";
import type { Graph, GraphNode, Mode, Wire } from "../model.ts";
import type { PortTypes } from "../porttypes.ts";
import { scopesOf } from "../scopes.ts";
import type { Point } from "../view.ts";
import {
  isCollapsed,
  isPinned,
  withKept,
  withNodeView,
  withNodeViews,
  withPositions,
  withViewIds,
} from "../view.ts";
import type { Target } from "../wires.ts";
import { cutWires } from "./cutting.ts";

export interface NewNode {
  readonly id: string;
  readonly type: string;
  /** The loop in whose body it stands; the top where absent. */
  readonly scope?: string;
  readonly v?: number;
  readonly graph?: string;
  readonly params?: ReadonlyMap<string, Json>;
  readonly inputs?: ReadonlyMap<string, Wire>;
  readonly place?: Point;
}

/** Adds a node at the end of a body. A loop begins with an empty body. */
export function addNode(graph: Graph, added: NewNode): Graph {
  const { id, scope = "", place, ...fields } = added;
  const isLoop = added.type === "Repeat" || added.type === "Map";
  const body = isLoop ? new Map<string, GraphNode>() : null;
  const params = isLoop && !added.params ? new Map<string, Json>([["over", 4]]) : undefined;
  const node = makeNode({ ...fields, body, ...(params ? { params } : {}) });
  const made = editBody(graph, scope, (nodes) => withEntry(nodes, id, node));
  return place ? withPositions(made, [[id, place]]) : made;
}

/** The nodes named, and all that stand in their bodies. */
export function withBodies(graph: Graph, ids: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const { nodes } = scopesOf(graph);
  for (const id of ids) {
    found.add(id);
    const body = nodes.get(id)?.body;
    if (body) for (const [inner] of walkNodes(body, id)) found.add(inner);
  }
  return found;
}

/** Removes nodes with their bodies, the wires that read them, and what the graph's face says. */
export function removeNodes(graph: Graph, ids: Iterable<string>): Graph {
  const gone = withBodies(graph, ids);
  const isGone = (wire: string): boolean => gone.has(splitWire(wire)[0]);
  const cut = cutWires(graph, isGone);
  const made = retarget(withoutNodes(cut, gone), (wire) => (isGone(wire) ? null : wire));
  return withViewIds(made, (id) => (gone.has(id) ? null : id));
}

/** As `removeNodes`, but what read a removed node reads what that node would have passed on. */
export function removeAndReconnect(graph: Graph, types: PortTypes, ids: Iterable<string>): Graph {
  const gone = withBodies(graph, ids);
  const bridged = rewire(graph, (wire, target, scope) => {
    if (!gone.has(splitWire(wire)[0]) || gone.has(target.node)) return wire;
    const other = upstream(types, wire, scope, gone);
    return other !== null && mayRead(types, other, target) ? other : wire;
  });
  return removeNodes(bridged, ids);
}

/** The wire that stands for `wire` once the nodes `gone` are out of its way. */
function upstream(
  types: PortTypes,
  wire: string,
  scope: string,
  gone: ReadonlySet<string>,
): string | null {
  let at = wire;
  for (let count = 0; count <= gone.size; count++) {
    const [id, port] = splitWire(at);
    if (!gone.has(id)) return at;
    if (types.scopes.enclosing(scope).includes(id)) return null;
    const input = passedOn(types, id, port);
    const next = input === null ? undefined : types.scopes.nodes.get(id)?.inputs.get(input);
    if (typeof next !== "string") return null;
    at = next;
  }
  return null;
}

/** Whether a target may read a wire, as far as sight and types go. */
function mayRead(types: PortTypes, wire: string, target: Target): boolean {
  const refusal = new Connector(types, wire).refusal(target);
  return refusal === null || refusal.code === "input_already_linked";
}

/** Why a node cannot have this id; empty where it can. */
export function renameRefusal(graph: Graph, from: string, to: string): string {
  if (from === to) return "";
  if (!ID.test(to)) {
    return `'${to.slice(0, 64)}' cannot be an id: a letter or underscore, then up to 63 letters, digits or underscores.`;
  }
  return scopesOf(graph).nodes.has(to) ? `There is a node '${to}' in this graph already.` : "";
}

/** Gives a node another id, in every wire, public name and view that mentions it. */
export function renameNode(graph: Graph, from: string, to: string): Graph {
  const scopes = scopesOf(graph);
  if (from === to || !scopes.nodes.has(from) || renameRefusal(graph, from, to) !== "") return graph;
  const name = (id: string): string => (id === from ? to : id);
  const moved = editBody(graph, scopes.home(from), (nodes) => renamedEntry(nodes, from, to));
  const wired = rewire(moved, (wire) => renameSource(wire, name));
  return withViewIds(
    retarget(wired, (wire) => renameSource(wire, name)),
    name,
  );
}

/** Types a value in. Where a wire stands in for it, the value is kept for later. */
export function setParam(graph: Graph, id: string, port: string, value: Json): Graph {
  const node = scopesOf(graph).nodes.get(id);
  if (node?.inputs.has(port)) return withKept(graph, id, port, value);
  return editNode(graph, id, (found) =>
    found.params.get(port) === value
      ? found
      : { ...found, params: withEntry(found.params, port, value) },
  );
}

/** Takes a typed value out, so that the default counts. */
export function resetParam(graph: Graph, id: string, port: string): Graph {
  return editNode(graph, id, (node) =>
    node.params.has(port) ? { ...node, params: withEntry(node.params, port, undefined) } : node,
  );
}

/** Mutes, bypasses or switches on again. */
export function setMode(graph: Graph, ids: Iterable<string>, mode: Mode): Graph {
  let made = graph;
  for (const id of ids) {
    made = editNode(made, id, (node) => (node.mode === mode ? node : { ...node, mode }));
  }
  return made;
}

/** The mode all of them get, or none where all of them have it already. */
export function toggleMode(graph: Graph, ids: readonly string[], mode: Mode): Graph {
  const { nodes } = scopesOf(graph);
  const all = ids.every((id) => nodes.get(id)?.mode === mode);
  return setMode(graph, ids, all ? "" : mode);
}

/** Collapses or pins nodes; all of them back where all of them are so. */
export function toggleView(
  graph: Graph,
  ids: readonly string[],
  name: "collapsed" | "pinned",
): Graph {
  const isOn = name === "collapsed" ? isCollapsed : isPinned;
  const value = ids.every((id) => isOn(graph, id)) ? undefined : true;
  return withNodeViews(
    graph,
    ids.map((id) => [id, { [name]: value }] as const),
  );
}

/** The name shown instead of the id; an empty one is taken off. */
export function setTitle(graph: Graph, id: string, title: string): Graph {
  return withNodeView(graph, id, { title: title === "" ? undefined : title });
}

export function setColor(graph: Graph, ids: Iterable<string>, color: string): Graph {
  const value = color === "" ? undefined : color;
  return withNodeViews(
    graph,
    [...ids].map((id) => [id, { color: value }] as const),
  );
}
