/** What a bypassed node passes on: which of its inputs stands for which of its outputs. */

import type { GraphNode } from "./model.ts";
import type { PortTypes } from "./porttypes.ts";
import { UNKNOWN } from "./types.ts";

/**
 * The input that stands for the output `port`; null where there is none.
 *
 * A Repeat passes each carried value's start. Any other node passes its first input, in the order
 * of its declaration, that has a wire (or a public input) of the output's type.
 */
export function passedOn(types: PortTypes, id: string, port: string): string | null {
  const node = types.scopes.nodes.get(id);
  if (!node || node.type === "Map") return null;
  if (node.type === "Repeat") return node.next.has(port) ? port : null;
  const wanted = types.of({ node: id, port, side: "outside" })?.name ?? "";
  for (const name of order(types, id, node)) {
    const kind = kindAt(types, id, node, name);
    if (kind === "" || wanted === "") continue;
    if (kind === wanted || kind === UNKNOWN || wanted === UNKNOWN) return name;
  }
  return null;
}

/** Whether a node may be bypassed: each of its outputs has an input that stands for it. */
export function canBypass(types: PortTypes, id: string): boolean {
  const outputs = types.outputs(id);
  return outputs.length > 0 && outputs.every((port) => passedOn(types, id, port) !== null);
}

function order(types: PortTypes, id: string, node: GraphNode): readonly string[] {
  if (node.type === "Switch") return [...types.cases(id)].sort();
  const names = types.inputs(node);
  return names.length > 0 ? names : [...node.inputs.keys()].sort();
}

/** The type that comes in at `name` by a wire; empty if nothing does. */
function kindAt(types: PortTypes, id: string, node: GraphNode, name: string): string {
  const wire = node.inputs.get(name);
  if (typeof wire === "string") return types.wire(wire, types.scopes.home(id))?.name ?? UNKNOWN;
  if (wire !== undefined || !types.public.has(`${id}.${name}`)) return "";
  return types.target(`${id}.${name}`)?.type ?? "";
}
