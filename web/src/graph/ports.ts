/** The ports of a node as they are shown: structural nodes and unknown types included. */

import type { Input } from "./catalogue.ts";
import { NEW_PORT } from "./measures.ts";
import { wireList } from "./model.ts";
import type { GraphNode } from "./model.ts";
import type { PortTypes } from "./porttypes.ts";
import { UNKNOWN } from "./types.ts";

export interface OutPort {
  readonly name: string;
  readonly type: string;
}

export interface Ports {
  readonly inputs: readonly Input[];
  readonly outputs: readonly OutPort[];
  readonly sink: boolean;
  /** A placeholder stands for it: see `isUnknown`. */
  readonly unknown: boolean;
}

/** The ports of a node as seen from outside, in the order in which they are shown. */
export function portsOf(types: PortTypes, id: string, node: GraphNode): Ports {
  const outputs = types.outputs(id).map((name) => ({
    name,
    type: types.of({ node: id, port: name, side: "outside" })?.name ?? UNKNOWN,
  }));
  return {
    inputs: inputsOf(types, id, node),
    outputs: outputsOr(node, outputs, types, id),
    sink: isSinkNode(types, node),
    unknown: isUnknown(types, node),
  };
}

function isSinkNode(types: PortTypes, node: GraphNode): boolean {
  return types.catalogue.declarations.get(node.type)?.outputs.size === 0;
}

/** Of an unknown type the outputs are those that somebody reads. */
function outputsOr(
  node: GraphNode,
  outputs: readonly OutPort[],
  types: PortTypes,
  id: string,
): readonly OutPort[] {
  if (!isUnknown(types, node)) return outputs;
  const names = new Set<string>();
  for (const other of types.scopes.nodes.values()) {
    for (const wire of [...other.inputs.values()].flatMap(wireList)) {
      if (wire.startsWith(`${id}.`)) names.add(wire.slice(id.length + 1));
    }
  }
  for (const wire of types.graph.outputs.values()) {
    if (wire.startsWith(`${id}.`)) names.add(wire.slice(id.length + 1));
  }
  return [...names].map((name) => ({ name, type: UNKNOWN }));
}

/** Whether nothing is known of a node's type: a placeholder stands for it. */
export function isUnknown(types: PortTypes, node: GraphNode): boolean {
  if (node.type === "Subgraph") return !types.parts.has(node.graph);
  return !node.body && node.type !== "Switch" && !types.catalogue.declarations.has(node.type);
}

/** A node's input ports, those of structural and unknown nodes by what is given to them. */
function inputsOf(types: PortTypes, id: string, node: GraphNode): readonly Input[] {
  const declared = types.catalogue.declarations.get(node.type);
  if (declared) return [...declared.inputs.values()];
  const names = new Set(node.type === "Switch" ? ["on", ...types.cases(id)] : types.inputs(node));
  if (isUnknown(types, node))
    for (const name of [...node.inputs.keys(), ...node.params.keys()]) names.add(name);
  const ports = [...names].map((name) => types.target(`${id}.${name}`) ?? unknownInput(name));
  return node.type === "Switch" ? [...ports, unknownInput(NEW_PORT)] : ports;
}

function unknownInput(name: string): Input {
  return {
    name,
    type: UNKNOWN,
    plain: null,
    many: false,
    required: false,
    default: null,
    choices: null,
    widget: null,
  };
}
