/** What is said of a graph of which muting leaves nothing. */

import { problem } from "../graph/errors.ts";
import type { Problem } from "../graph/errors.ts";
import type { Graph } from "../graph/model.ts";
import { splitWire } from "../graph/model.ts";
import { Muting } from "../graph/muted.ts";
import { say } from "../texts/texts.ts";

export { Muting };

/** `lost` are the outputs and sinks that the server names; the first one with a reason is told. */
export function nothingMade(document: Graph, lost: readonly string[]): Problem {
  const muting = new Muting(document);
  const name = lost.find((one) => muting.taker(one) !== undefined) ?? lost[0] ?? "";
  const muted = muting.taker(name);
  const [path] = splitWire(document.outputs.get(name) ?? name);
  const words =
    muted === undefined
      ? say("run.nothing")
      : muted === name
        ? say("run.nothing.muted", { name })
        : say("run.nothing.needs", { name, muted });
  return problem("nothing_to_make", words, path);
}
