/** Which node type makes one type from another: the fix that a refused wire offers. */

import { fits, sequenceOf } from "./catalogue.ts";
import type { Catalogue, Declaration } from "./catalogue.ts";

/** A node that stands between: what comes goes into `input`, and `output` goes on. */
export interface Converter {
  readonly type: string;
  readonly input: string;
  readonly output: string;
}

/**
 * The node type that asks least for besides: few required inputs, then few inputs at all.
 *
 * Plain values are converted to plain values only: a number is no way to a latent.
 */
export function converter(catalogue: Catalogue, source: string, target: string): Converter | null {
  if (sequenceOf(source) !== "") return null;
  let best: Converter | null = null;
  let least = Infinity;
  for (const declaration of catalogue.declarations.values()) {
    const found = through(catalogue, declaration, source, target);
    if (!found) continue;
    const ports = [...declaration.inputs.values()];
    const needs = ports.filter((port) => port.required).length * 100 + ports.length;
    if (needs < least) [best, least] = [found, needs];
  }
  return best;
}

function through(
  catalogue: Catalogue,
  declaration: Declaration,
  source: string,
  target: string,
): Converter | null {
  const ports = [...declaration.inputs.values()];
  const input = ports.find((port) => port.type === source && !port.many);
  const output = [...declaration.outputs.values()].find((port) =>
    fits(catalogue, port.type, target),
  );
  if (!input || !output) return null;
  if (input.plain && (!output.plain || ports.some((port) => port.required && port !== input))) {
    return null;
  }
  return { type: declaration.type, input: input.name, output: output.name };
}
