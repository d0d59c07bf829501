/** Which outputs may be wired to an input: the answer for panels and keys, without a canvas. Pure. */

import { Connector } from "../graph/connect.ts";
import type { Connection, Refusal } from "../graph/connect.ts";
import { likely } from "../graph/likely.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import type { Side } from "../graph/scopes.ts";
import { scopeOfTarget } from "../graph/wires.ts";
import type { Target } from "../graph/wires.ts";

export interface SourceOption {
  readonly wire: string;
  readonly side: Side;
  readonly type: string;
  /** Null where it fits; else what one click would put between, or why it cannot be. */
  readonly refusal: Refusal | null;
}

/**
 * Every output that a target can see: those that fit first, the likeliest of them at the head, then
 * those that a converter makes fit.
 */
export function sourcesFor(types: PortTypes, target: Target): readonly SourceOption[] {
  const fitting: SourceOption[] = [];
  const convertible: SourceOption[] = [];
  for (const option of seen(types, target)) {
    if (option.refusal === null) fitting.push(option);
    else if (option.refusal.fix?.kind === "insert") convertible.push(option);
  }
  const marks = likely(types, target);
  const mark = ({ wire }: SourceOption): number => marks.get(wire) ?? 0;
  fitting.sort((one, other) => mark(other) - mark(one));
  return [...fitting, ...convertible];
}

function* seen(types: PortTypes, target: Target): Generator<SourceOption> {
  const around = types.scopes.enclosing(scopeOfTarget(types.graph, target));
  for (const [id] of types.scopes.nodes) {
    if (around.includes(id)) {
      for (const port of types.insideOutputs(id)) yield option(types, id, port, "inside", target);
    } else if (around.includes(types.scopes.home(id))) {
      for (const port of types.outputs(id)) yield option(types, id, port, "outside", target);
    }
  }
}

function option(
  types: PortTypes,
  node: string,
  port: string,
  side: Side,
  target: Target,
): SourceOption {
  const wire = `${node}.${port}`;
  const refusal = new Connector(types, wire, side).refusal(target);
  return { wire, side, type: types.of({ node, port, side })?.name ?? "?", refusal };
}

export function connectionOf({ wire, side }: SourceOption, target: Target): Connection {
  return { source: wire, side, target };
}
