/** What goes with nodes that are moved or shown: all that stands in loops among them. */

import type { Geometry } from "../graph/geometry.ts";

/** Nodes and what goes with them: all that stands in a loop among them. */
export function withInner(geometry: Geometry, ids: ReadonlySet<string>): ReadonlySet<string> {
  const { scopes } = geometry.types;
  const all = new Set(ids);
  // Loops come before what stands in them.
  for (const id of scopes.nodes.keys()) if (all.has(scopes.home(id))) all.add(id);
  return all;
}
