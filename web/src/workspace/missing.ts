/** What a graph names and this machine lacks: models, LoRAs, pictures; node types too. */

import { spotOf } from "../graph/problems.ts";
import type { Graph } from "../graph/model.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import type { Lists } from "../graph/check/checker.ts";
import { graphAt } from "../graph/edit.ts";
import { typesOf } from "../graph/porttypes.ts";
import { validate } from "../graph/validate.ts";
import type { Missing } from "./desk.ts";

/** In the author's order, each thing once. */
export function missingIn(
  document: Graph,
  catalogue: Catalogue,
  lists: Lists | null,
): readonly Missing[] {
  const found = new Map<string, Missing>();
  for (const { code, path, port } of validate(document, catalogue, { lists })) {
    const spot = spotOf(document, path);
    const graph = graphAt(document, spot.place);
    if (!graph) continue;
    const types = typesOf(document, catalogue, spot.place);
    const node = types.scopes.nodes.get(spot.node);
    const list = types.target(`${spot.node}.${port}`)?.choices?.name;
    if (!node) continue;
    if (code === "unknown_node_type")
      put(found, { node: spot.node, port: "", list: "", value: node.type });
    else if (list !== undefined && code === `unknown_${list.replace(/s$/, "")}`) {
      const value = node.params.get(port);
      put(found, {
        node: spot.node,
        port,
        list,
        value: typeof value === "string" ? value : JSON.stringify(value),
      });
    }
  }
  return [...found.values()];
}

function put(found: Map<string, Missing>, missing: Missing): void {
  const key = `${missing.list}\n${missing.value}`;
  if (!found.has(key)) found.set(key, missing);
}
