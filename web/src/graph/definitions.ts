/** Definitions among each other: none contains itself, and what they unfold to has a limit. */

import type { Catalogue } from "./catalogue.ts";
import { problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { MAX_NESTING, MAX_NODES, STRUCTURAL } from "./model.ts";
import type { Graph } from "./model.ts";
import { scopesOf } from "./scopes.ts";

/** For each definition, and the graph itself (empty name), how often it uses which others. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function usesOf(document: Graph): Uses {
  const count = (graph: Graph): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const node of scopesOf(graph).nodes.values()) {
      if (node.type !== "Subgraph" || !document.definitions.has(node.graph)) continue;
      counts.set(node.graph, (counts.get(node.graph) ?? 0) + 1);
    }
    return counts;
  };
  const definitions = [...document.definitions].map(([name, part]) => [name, count(part)] as const);
  return new Map([["", count(document)], ...definitions]);
}

/** Definitions that contain themselves, each with the way round, and too deep a nesting. */
export function recursion(uses: Uses): Problem[] {
  const found: Problem[] = [];
  const depth = new Map<string, number>();
  const open: string[] = [];
  const visit = (name: string): void => {
    open.push(name);
    let deepest = -1;
    for (const inner of uses.get(name)?.keys() ?? []) {
      if (open.includes(inner)) {
        const ring = [...open.slice(open.indexOf(inner)), inner].join(" -> ");
        const message = `A definition cannot contain itself: ${ring}.`;
        found.push(problem("recursion", message, `definitions.${inner}`));
      } else if (!depth.has(inner)) visit(inner);
      deepest = Math.max(deepest, depth.get(inner) ?? 0);
    }
    depth.set(name, 1 + deepest);
    open.pop();
  };
  for (const name of uses.keys()) if (!depth.has(name)) visit(name);
  if (Math.max(...depth.values()) > MAX_NESTING) {
    const message = `Definitions stand in each other at most ${MAX_NESTING} deep.`;
    found.push(problem("too_deep", message, "", "definitions"));
  }
  return found;
}

/** A problem where the unfolded graph has too many nodes. No definition contains itself. */
export function tooLarge(document: Graph, uses: Uses): Problem[] {
  const sizes = new Map<string, number>();
  const sizeOf = (name: string): number => {
    let size = sizes.get(name);
    if (size === undefined) {
      const graph = name === "" ? document : document.definitions.get(name);
      size = graph ? scopesOf(graph).nodes.size : 0;
      for (const [used, count] of uses.get(name) ?? []) size += count * sizeOf(used);
      sizes.set(name, size);
    }
    return size;
  };
  const count = sizeOf("");
  if (count <= MAX_NODES) return [];
  const shown = count < 1e12 ? count.toLocaleString("en") : "more than a million million";
  const limit = MAX_NODES.toLocaleString("en");
  const message = `The graph has ${shown} nodes, subgraphs counted; the limit is ${limit}.`;
  return [problem("too_many_nodes", message)];
}

/** Whether a node that saves or shows something is run; a node of unknown type may be one. */
export function mayHaveSink(document: Graph, uses: Uses, catalogue: Catalogue): boolean {
  const waiting = [""];
  const reached = new Set(waiting);
  for (const name of waiting) {
    const graph = name === "" ? document : document.definitions.get(name);
    for (const { type } of graph ? scopesOf(graph).nodes.values() : []) {
      const declaration = catalogue.declarations.get(type);
      if (declaration ? declaration.outputs.size === 0 : !STRUCTURAL.has(type)) return true;
    }
    for (const used of uses.get(name)?.keys() ?? []) {
      if (!reached.has(used)) waiting.push(used);
      reached.add(used);
    }
  }
  return false;
}
