/** What can begin anew at a turn: the inputs of the nodes in a loop's body. Pure. */

import type { Input } from "../graph/catalogue.ts";
import type { Wire } from "../graph/model.ts";
import { wireList } from "../graph/model.ts";
import type { PortTypes } from "../graph/porttypes.ts";

export interface Candidate {
  readonly node: string;
  readonly type: string;
  readonly port: string;
  readonly input: Input;
}

/** Plain inputs first, `scale` before all: it is what people try. */
export function candidatesIn(types: PortTypes, loop: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [id, node] of types.scopes.nodes) {
    if (node.body || !types.scopes.enclosing(types.scopes.home(id)).includes(loop)) continue;
    for (const port of types.inputs(node)) {
      const input = types.target(`${id}.${port}`);
      if (!input || input.many || carries(loop, node.inputs.get(port))) continue;
      found.push({ node: id, type: node.type, port, input });
    }
  }
  const rank = ({ input, port }: Candidate): number => (port === "scale" ? 0 : input.plain ? 1 : 2);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Whether a wire brings what the loop itself carries: nobody means to cut that. */
function carries(loop: string, wire: Wire | undefined): boolean {
  return wireList(wire).some((one) => one.startsWith(`${loop}.`));
}
