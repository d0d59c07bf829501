/**
 * Who sees whom: the nodes of one graph by id, and what a wire stands for where it is read.
 *
 * A body sees its own nodes and those around it; nobody sees into a body but by its node's ports.
 */

import { problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { splitWire, walkNodes } from "./model.ts";
import type { Graph, GraphNode, Nodes } from "./model.ts";

export type Side = "inside" | "outside";

/** Where a wire comes from: a node's port, seen from `inside` its body or from outside. */
export interface Source {
  readonly node: string;
  readonly port: string;
  readonly side: Side;
}

export function isProblem(found: Source | Problem): found is Problem {
  return "code" in found;
}

/** The nodes of a graph, bodies included, with the body each stands in (empty at the top). */
export class Scopes {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly scope: ReadonlyMap<string, string>;

  constructor(nodes: Nodes) {
    const byId = new Map<string, GraphNode>();
    const homes = new Map<string, string>();
    for (const [id, node, scope] of walkNodes(nodes)) {
      byId.set(id, node);
      homes.set(id, scope);
    }
    this.nodes = byId;
    this.scope = homes;
  }

  /** The body a node stands in, empty at the top and for an unknown id. */
  home(id: string): string {
    return this.scope.get(id) ?? "";
  }

  /** The bodies around a reader in `scope`, innermost first, the top (empty) last. */
  enclosing(scope: string): string[] {
    const around: string[] = [];
    for (let body = scope; body !== ""; body = this.home(body)) around.push(body);
    return [...around, ""];
  }

  /** The node that stands for `id` in the body `scope`: itself, or the loop that holds it. */
  lifted(id: string, scope: string): string | null {
    let at = id;
    while (this.scope.has(at) && this.home(at) !== scope) at = this.home(at);
    return this.scope.has(at) ? at : null;
  }

  /** What `wire` means to a reader in `scope`; a Problem without a place if nothing. */
  resolve(wire: string, scope: string): Source | Problem {
    const [node, port] = splitWire(wire);
    const home = this.scope.get(node);
    if (home === undefined || port === "") return dangling(wire, node, port);
    if (home === scope) return { node, port, side: "outside" };
    const around = this.enclosing(scope);
    if (around.includes(node)) return { node, port, side: "inside" };
    if (around.includes(home)) return { node, port, side: "outside" };
    const message = `'${wire.slice(0, 140)}' is inside the body of '${home}', which only its own nodes can see.`;
    const fix = `Take it out through \`next\` or \`collect\` of '${home}'.`;
    return problem("leaves_body", message, "", "", fix);
  }
}

function dangling(wire: string, node: string, port: string): Problem {
  if (port === "") {
    return problem("bad_wire", `the wire '${wire.slice(0, 80)}' is not of the form node.port.`);
  }
  const message = `is wired to '${wire.slice(0, 80)}', but there is no node '${node.slice(0, 64)}'.`;
  return problem("dangling_edge", message);
}

const known = new WeakMap<Nodes, Scopes>();

/** The scopes of a graph, made once for each state of its nodes. */
export function scopesOf(graph: Graph): Scopes {
  let found = known.get(graph.nodes);
  if (!found) {
    found = new Scopes(graph.nodes);
    known.set(graph.nodes, found);
  }
  return found;
}
