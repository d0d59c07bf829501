/** The seeds that a graph used, as the results show them. Pure. */

import type { Graph } from "../graph/model.ts";
import { scopesOf } from "../graph/scopes.ts";

/** Every typed `seed` in the file, those of definitions included: `noise.seed` and its number. */
export function seedsOf(graph: Graph): readonly (readonly [string, number])[] {
  const parts: readonly (readonly [string, Graph])[] = [["", graph], ...graph.definitions];
  return parts.flatMap(([name, part]) =>
    [...scopesOf(part).nodes].flatMap(([id, { params }]) => {
      const seed = params.get("seed");
      return typeof seed === "number"
        ? [[`${name === "" ? "" : `${name}/`}${id}.seed`, seed] as const]
        : [];
    }),
  );
}
