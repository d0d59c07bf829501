/** Many nodes renamed at once, bodies included: what pasting and opening a definition need. */

import { renameSource, retarget, rewire } from "./edit.ts";
import type { Graph, GraphNode, Nodes } from "./model.ts";
import { scopesOf } from "./scopes.ts";
import { withViewIds } from "./view.ts";

/** The graph with new ids, in every wire, public target and view; others are as they were. */
export function withRenamedNodes(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  if ([...names].every(([from, to]) => from === to)) return graph;
  const rename = (id: string): string => names.get(id) ?? id;
  const renamed = (nodes: Nodes): Nodes =>
    new Map(
      [...nodes].map(([id, node]): [string, GraphNode] => {
        const body = node.body && renamed(node.body);
        return [rename(id), { ...node, body }];
      }),
    );
  const made = { ...graph, nodes: renamed(graph.nodes) };
  const wired = rewire(made, (wire) => renameSource(wire, rename));
  return withViewIds(
    retarget(wired, (wire) => renameSource(wire, rename)),
    rename,
  );
}

/** New names for the nodes of `part`, so that none is one of `taken`. */
export function namesApart(
  part: Graph,
  taken: (id: string) => boolean,
  fresh: (stem: string, taken: (id: string) => boolean) => string,
): ReadonlyMap<string, string> {
  const own = scopesOf(part).nodes;
  const names = new Map<string, string>();
  const used = new Set(own.keys());
  for (const id of own.keys()) {
    const name = taken(id) ? fresh(id, (other) => taken(other) || used.has(other)) : id;
    used.add(name);
    names.set(id, name);
  }
  return names;
}
