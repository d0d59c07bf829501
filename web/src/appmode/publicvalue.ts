/** The value of a public input: that of the ports it sets. Pure. */

import { resetParam, setParam } from "../graph/commands/nodes.ts";
import type { Json } from "../graph/json.ts";
import type { Graph } from "../graph/model.ts";
import { splitWire } from "../graph/model.ts";
import { scopesOf } from "../graph/scopes.ts";

/** What is typed into its first port; undefined where the default counts. */
export function publicValue(graph: Graph, name: string): Json | undefined {
  const [wire] = graph.inputs.get(name)?.to ?? [];
  if (wire === undefined) return undefined;
  const [id, port] = splitWire(wire);
  return scopesOf(graph).nodes.get(id)?.params.get(port);
}

/** Types a value into every port that a public input sets. */
export function setPublic(graph: Graph, name: string, value: Json): Graph {
  return eachPort(graph, name, (made, id, port) => setParam(made, id, port, value));
}

export function resetPublic(graph: Graph, name: string): Graph {
  return eachPort(graph, name, resetParam);
}

function eachPort(
  graph: Graph,
  name: string,
  change: (graph: Graph, id: string, port: string) => Graph,
): Graph {
  return (graph.inputs.get(name)?.to ?? []).reduce(
    (made, wire) => change(made, ...splitWire(wire)),
    graph,
  );
}
