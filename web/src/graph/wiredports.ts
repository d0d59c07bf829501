/** Which handles of each node have a wire; made once for each state of a graph. */

import type { Graph } from "./model.ts";
import { isProblem, scopesOf } from "./scopes.ts";
import { scopeOfTarget, wiresOf } from "./wires.ts";

const known = new WeakMap<Graph, ReadonlyMap<string, ReadonlySet<string>>>();
const NONE: ReadonlySet<string> = new Set<string>();

/** The keys (`geometry`) of a node's handles at which a wire ends or begins. */
export function wiredAt(graph: Graph, id: string): ReadonlySet<string> {
  let found = known.get(graph);
  if (!found) {
    found = collect(graph);
    known.set(graph, found);
  }
  return found.get(id) ?? NONE;
}

function collect(graph: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const made = new Map<string, Set<string>>();
  const add = (node: string, key: string): void => {
    const keys = made.get(node) ?? new Set();
    made.set(node, keys.add(key));
  };
  const scopes = scopesOf(graph);
  for (const { source, target } of wiresOf(graph)) {
    const found = scopes.resolve(source, scopeOfTarget(graph, target));
    if (!isProblem(found))
      add(found.node, `${found.side === "inside" ? "turn" : "out"}.${found.port}`);
    if (target.kind !== "output") {
      add(
        target.node,
        target.kind === "input" ? `in.${target.port}` : `${target.kind}.${target.port}`,
      );
    }
  }
  return made;
}
