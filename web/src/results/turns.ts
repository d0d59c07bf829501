/** Where a loop's pictures come from, and the turns around it. Pure. */

import type { PortTypes } from "../graph/porttypes.ts";
import type { Source } from "../graph/scopes.ts";

/** Types that the server can draw. */
const DRAWN = new Set(["Latent", "Image"]);

/** The carried port of a loop that can be looked at, `latent` before others; null where none can. */
export function seenPort(types: PortTypes, loop: string): string | null {
  const node = types.scopes.nodes.get(loop);
  if (!node) return null;
  const ports = [...node.next.keys(), ...node.collect.keys()].filter((port) => {
    const found = types.of({ node: loop, port, side: node.next.has(port) ? "inside" : "outside" });
    return found !== null && DRAWN.has(found.name);
  });
  return ports.includes("latent") ? "latent" : (ports[0] ?? null);
}

/** The list of turns that picks one of `loop`: the last one of every loop around it, then its own. */
export function turnOf(
  types: PortTypes,
  loop: string,
  turn: number,
  countOf: (loop: string) => number,
): readonly number[] {
  const around = types.scopes.enclosing(types.scopes.home(loop)).filter((id) => id !== "");
  return [...around.reverse().map((id) => Math.max(0, countOf(id) - 1)), turn];
}

/** Which turn of each loop around it shows a wire's newest value; null for `item` and `index`. */
export function newestTurn(
  types: PortTypes,
  source: Source,
  countOf: (loop: string) => number,
): readonly number[] | null {
  const around = types.scopes.enclosing(types.scopes.home(source.node)).filter((id) => id !== "");
  const turns = around.reverse().map((id) => Math.max(0, countOf(id) - 1));
  if (source.side === "outside") return turns;
  if (source.port === "item" || source.port === "index") return null;
  // A carried value as the last turn begins with it: what the turn before ended with.
  return [...turns, Math.max(-1, countOf(source.node) - 2)];
}
