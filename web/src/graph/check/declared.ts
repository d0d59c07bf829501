/** Checks of a declared node: its values, wires, required inputs, products and bypass. */

import { passedOn } from "../bypass.ts";
import type { Declaration } from "../catalogue.ts";
import type { Json } from "../json.ts";
import type { GraphNode } from "../model.ts";
import type { Checker } from "./checker.ts";

/** Reports every problem of one declared node. */
export function checkDeclared(
  check: Checker,
  id: string,
  node: GraphNode,
  declaration: Declaration,
): void {
  for (const [name, value] of node.params) {
    const port = declaration.inputs.get(name);
    if (node.inputs.has(name)) {
      if (port) check.twice(id, name);
    } else if (port) check.typed(id, port, value);
    else check.unknownInput(id, node, name);
  }
  for (const [name, wire] of node.inputs) {
    const port = declaration.inputs.get(name);
    if (port) check.wired(id, port, wire);
    else check.unknownInput(id, node, name);
  }
  check.missingOf(id, node, declaration);
  check.foreignFields(id, node, []);
  if (node.v > declaration.version) newerVersion(check, id, node, declaration.version);
  products(check, id, node, declaration);
  if (node.mode === "bypass") cannotBypass(check, id, node, [...declaration.outputs.keys()]);
}

/** Reports a node saved by a version that is not installed. */
export function newerVersion(check: Checker, id: string, node: GraphNode, installed: number): void {
  const message = `was saved by version ${node.v} of ${node.type}; the one installed is ${installed}.`;
  check.add("unsupported_version", message, id, "", "Update the pack.");
}

/** Reports the outputs for which a bypassed node has nothing to pass on. */
export function cannotBypass(
  check: Checker,
  id: string,
  node: GraphNode,
  outputs: readonly string[],
): void {
  for (const port of outputs) {
    if (passedOn(check.types, id, port) !== null) continue;
    const message = `is bypassed, but nothing wired to ${node.type} can stand for '${port}'.`;
    check.add("cannot_bypass", message, id, port, "Mute it instead.");
  }
}

function products(check: Checker, id: string, node: GraphNode, declaration: Declaration): void {
  for (const { names, at_most, unit } of declaration.products) {
    let total = 1;
    for (const name of names) {
      if (node.inputs.has(name)) continue;
      total *= factor(node.params.get(name) ?? declaration.inputs.get(name)?.default ?? null);
    }
    if (total <= at_most) continue;
    const shownTotal = total.toLocaleString("en");
    const limit = at_most.toLocaleString("en");
    const message = `${names.join(" * ")} is ${shownTotal} ${unit}; the limit is ${limit}.`;
    check.add("out_of_range", message, id, names[0] ?? "");
  }
}

/** A value's part in a product; what is no positive number is reported elsewhere. */
function factor(value: Json): number {
  return typeof value === "number" && value >= 1 ? Math.trunc(value) : 1;
}
