/** Which output is most likely meant for an input: what the nodes beside it take there. Pure. */

import { splitWire, wireList } from "./model.ts";
import type { GraphNode } from "./model.ts";
import type { PortTypes } from "./porttypes.ts";
import { scopeOfTarget } from "./wires.ts";
import type { Target } from "./wires.ts";

/** A node that reads this one works on the same things: a ControlNet on those of its UNet. */
const READER = 100;
const BESIDE = 10;
const CARRIED = 5;
const ELSEWHERE = 1;

/** A number for each output that has something for it; those that have nothing are not in it. */
export function likely(types: PortTypes, target: Target): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (target.kind !== "input") return found;
  const count = (wire: string, by: number): void => {
    found.set(wire, (found.get(wire) ?? 0) + by);
  };
  const scope = scopeOfTarget(types.graph, target);
  for (const loop of types.scopes.enclosing(scope))
    if (loop !== "" && types.insideOutputs(loop).includes(target.port))
      count(`${loop}.${target.port}`, CARRIED);
  for (const [id, node] of types.scopes.nodes) {
    if (id === target.node) continue;
    const near = reads(node, target.node)
      ? READER
      : types.scopes.home(id) === scope
        ? BESIDE
        : ELSEWHERE;
    for (const wire of wireList(node.inputs.get(target.port))) count(wire, near);
  }
  return found;
}

function reads(node: GraphNode, id: string): boolean {
  return [...node.inputs.values()].some((wire) =>
    wireList(wire).some((one) => splitWire(one)[0] === id),
  );
}
