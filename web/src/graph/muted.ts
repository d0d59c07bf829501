/**
 * Which nodes a muted one takes with it, as the engine's plan does: all that need it, but for the
 * other cases of a Switch.
 */

import { splitWire, wireList } from "./model.ts";
import type { Graph, GraphNode } from "./model.ts";
import { scopesOf } from "./scopes.ts";

/** The nodes of a graph by id that nothing will run, each with the id of the muted one. */
export type Lost = ReadonlyMap<string, string>;

export class Muting {
  private readonly document: Graph;
  private readonly known = new Map<Graph, Lost>();

  constructor(document: Graph) {
    this.document = document;
  }

  /** Those of the file's own graph, or of a definition of it. */
  lost(graph = this.document): Lost {
    const known = this.known.get(graph);
    if (known) return known;
    const found = new Map<string, string>();
    // A definition that holds itself is refused elsewhere; here it must only end.
    this.known.set(graph, found);
    const { nodes } = scopesOf(graph);
    for (const [id, { mode }] of nodes) if (mode === "mute") found.set(id, id);
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const [id, node] of nodes) {
        const why = found.has(id) ? undefined : this.reason(graph, id, node, found);
        if (why !== undefined) found.set(id, why);
      }
    }
    return found;
  }

  /** The muted node that takes away a public output or the node at a path; undefined where none. */
  taker(name: string): string | undefined {
    const output = this.document.outputs.get(name);
    if (output !== undefined) return this.ofWire(this.document, output, this.lost());
    let graph: Graph | undefined = this.document;
    for (const id of name.split("/")) {
      const why: string | undefined = graph && this.lost(graph).get(id);
      if (why !== undefined) return why;
      graph = this.part(graph && scopesOf(graph).nodes.get(id));
    }
    return undefined;
  }

  private reason(graph: Graph, id: string, node: GraphNode, found: Lost): string | undefined {
    const around = found.get(scopesOf(graph).home(id));
    if (around !== undefined) return around;
    const whys = [...node.inputs].map(
      ([port, wire]) => [port, this.ofAny(graph, wireList(wire), found)] as const,
    );
    if (node.type === "Switch") {
      const cases = whys.filter(([port]) => port !== "on");
      const on = whys.find(([port]) => port === "on")?.[1];
      return on ?? (cases.every(([, why]) => why !== undefined) ? cases[0]?.[1] : undefined);
    }
    const [why] = whys.flatMap(([, one]) => one ?? []);
    return why ?? this.ofAny(graph, [...node.next.values(), ...node.collect.values()], found);
  }

  private ofAny(graph: Graph, wires: readonly string[], found: Lost): string | undefined {
    for (const wire of wires) {
      const why = this.ofWire(graph, wire, found);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  private ofWire(graph: Graph, wire: string, found: Lost): string | undefined {
    const [id, port] = splitWire(wire);
    const why = found.get(id);
    if (why !== undefined) return why;
    const part = this.part(scopesOf(graph).nodes.get(id));
    const inner = part?.outputs.get(port);
    return part && inner !== undefined ? this.ofWire(part, inner, this.lost(part)) : undefined;
  }

  private part(node: GraphNode | undefined): Graph | undefined {
    return node?.type === "Subgraph" ? this.document.definitions.get(node.graph) : undefined;
  }
}
