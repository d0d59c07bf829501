/** "Fold into sampler" and "open the loop": the loop as one node, and back, with the same bits. */

import type { Declaration } from "../catalogue.ts";
import { readersOf } from "../cycles.ts";
import type { Graph } from "../model.ts";
import type { PortTypes } from "../porttypes.ts";
import { fold } from "./folding.ts";
import type { Folded } from "./folding.ts";

export const SAMPLER = "sampler";

/**
 * A loop and what only it needs: schedule, noise, paired conditioning, the empty latent.
 *
 * What a person types or chooses (a prompt, a picture, a model) stays outside, in sight.
 */
export function samplerNodes(types: PortTypes, loop: string): readonly string[] {
  const { scopes } = types;
  const readers = readersOf(scopes);
  const scope = scopes.home(loop);
  const chosen = new Set([loop]);
  const outside = new Set(
    [...types.graph.outputs.values()].map((wire) => wire.slice(0, wire.indexOf("."))),
  );
  const mayJoin = (id: string): boolean => {
    const declaration = types.catalogue.declarations.get(scopes.nodes.get(id)?.type ?? "");
    if (!declaration || isChosenByHand(declaration) || outside.has(id)) return false;
    const all = [...(readers.get(id) ?? [])];
    return all.length > 0 && all.every((reader) => chosen.has(reader));
  };
  for (let grown = true; grown;) {
    grown = false;
    for (const [id, home] of scopes.scope) {
      if (home !== scope || chosen.has(id) || !mayJoin(id)) continue;
      chosen.add(id);
      grown = true;
    }
  }
  return [...scopes.nodes.keys()].filter((id) => chosen.has(id));
}

function isChosenByHand(declaration: Declaration): boolean {
  return [...declaration.inputs.values()].some(
    ({ widget, choices }) =>
      choices !== null || widget?.kind === "multiline" || widget?.kind === "image",
  );
}

/** Folds a loop and what only it needs into the definition `sampler`. */
export function foldSampler(
  document: Graph,
  types: PortTypes,
  place: string,
  loop: string,
): Folded {
  return fold(document, place, samplerNodes(types, loop), SAMPLER);
}
