/** Wires cut. A typed value that a wire stood in for comes back. */

import { editNode, rewire, withEntry } from "../edit.ts";
import type { Graph } from "../model.ts";
import { scopesOf } from "../scopes.ts";
import { keptValue, withBends, withKept } from "../view.ts";
import type { Target } from "../wires.ts";
import { keyOfTarget } from "../wires.ts";

/** Cuts one wire. A `next` goes on unchanged instead; a kept value comes back. */
export function disconnect(graph: Graph, target: Target): Graph {
  const key = keyOfTarget(target);
  return cutWires(graph, (_, other) => keyOfTarget(other) === key);
}

/** Cuts every wire that starts at `node.port`. */
export function disconnectSource(graph: Graph, source: string): Graph {
  return cutWires(graph, (wire) => wire === source);
}

/** Cuts all wires that `doomed` names; kept values come back where nothing is wired any more. */
export function cutWires(
  graph: Graph,
  doomed: (wire: string, target: Target, scope: string) => boolean,
): Graph {
  const cut: Target[] = [];
  let made = rewire(graph, (wire, target, scope) => {
    if (!doomed(wire, target, scope)) return wire;
    cut.push(target);
    return null;
  });
  for (const target of cut) {
    made = withBends(made, keyOfTarget(target), []);
    if (target.kind === "input") made = restore(made, target.node, target.port);
  }
  // What a loop no longer collects cannot be read any more.
  const lost = new Set(
    cut.flatMap(({ kind, node, port }) => (kind === "collect" ? [`${node}.${port}`] : [])),
  );
  return lost.size > 0 ? cutWires(made, (wire) => lost.has(wire)) : made;
}

/** Types a kept value in again, where neither a wire nor a value has come instead. */
function restore(graph: Graph, id: string, port: string): Graph {
  const value = keptValue(graph, id, port);
  const node = scopesOf(graph).nodes.get(id);
  if (value === undefined || !node || node.inputs.has(port)) return graph;
  const made = withKept(graph, id, port, undefined);
  return editNode(made, id, (found) =>
    found.params.has(port) ? found : { ...found, params: withEntry(found.params, port, value) },
  );
}
