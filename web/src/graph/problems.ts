/** Problems where they are shown: on a node, on a field, in the list; ours and the server's. */

import type { Problem } from "./errors.ts";
import type { Graph } from "./model.ts";
import { scopesOf } from "./scopes.ts";

/** Where a path leads: a node (empty for the graph itself) in the graph at `place`. */
export interface Spot {
  readonly place: string;
  readonly node: string;
}

/**
 * The spot a path names: `node`, `definitions.part.node`, or `sampler/predict`, which is a node in
 * the definition that the Subgraph `sampler` uses.
 */
export function spotOf(document: Graph, path: string): Spot {
  const defined = /^definitions\.([^.]+)(?:\.(.*))?$/.exec(path);
  let place = defined?.[1] ?? "";
  const steps = (defined ? (defined[2] ?? "") : path).split("/");
  const node = steps.pop() ?? "";
  for (const step of steps) {
    const graph = place === "" ? document : document.definitions.get(place);
    const used = graph && scopesOf(graph).nodes.get(step)?.graph;
    if (used === undefined || !document.definitions.has(used)) return { place, node: step };
    place = used;
  }
  return { place, node };
}

/** The problems of one graph, by node and by `node.port`; those of the graph itself under "". */
export interface Marks {
  readonly byNode: ReadonlyMap<string, readonly Problem[]>;
  readonly byPort: ReadonlyMap<string, readonly Problem[]>;
}

/** What is to be marked on the canvas that shows `place`. A loop is marked for its body as well. */
export function marksAt(document: Graph, place: string, problems: readonly Problem[]): Marks {
  const byNode = new Map<string, Problem[]>();
  const byPort = new Map<string, Problem[]>();
  for (const found of problems) {
    const spot = spotOf(document, found.path);
    const id = spot.place === place ? spot.node : usedAs(document, place, spot.place);
    if (id === null) continue;
    put(byNode, id, found);
    if (spot.place === place && found.port !== "") put(byPort, `${id}.${found.port}`, found);
  }
  return { byNode, byPort };
}

function put(map: Map<string, Problem[]>, key: string, found: Problem): void {
  map.set(key, [...(map.get(key) ?? []), found]);
}

/** The Subgraph node of one graph that uses another; null where none does. */
function usedAs(document: Graph, place: string, part: string): string | null {
  const graph = place === "" ? document : document.definitions.get(place);
  for (const [id, node] of graph ? scopesOf(graph).nodes : []) {
    if (part !== "" && node.type === "Subgraph" && node.graph === part) return id;
  }
  return null;
}

/** Ours and the server's as one list, each problem once: the server knows files, we are first. */
export function merged(ours: readonly Problem[], theirs: readonly Problem[]): readonly Problem[] {
  const key = (found: Problem): string => [found.code, found.path, found.port].join("\n");
  const known = new Set(ours.map(key));
  return [...ours, ...theirs.filter((found) => !known.has(key(found)))];
}

/** `Positive: wants a text` as the list shows it: where, then what. */
export function sentence(found: Problem): string {
  const where = [found.path, found.port].filter(Boolean).join(".");
  const text = where === "" ? found.message : `${where}: ${found.message}`;
  return found.fix === "" ? text : `${text} ${found.fix}`;
}
