/**
 * `canConnect` held to the validator: a wire is refused exactly where drawing it makes a problem
 * that was not there. The validator is itself held to the engine's by the shared cases.
 */

import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../src/graph/catalogue.ts";
import { connect } from "../../src/graph/commands/wiring.ts";
import { Connector } from "../../src/graph/connect.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import type { Json } from "../../src/graph/json.ts";
import { NEW_PORT } from "../../src/graph/measures.ts";
import type { Graph } from "../../src/graph/model.ts";
import { fromJson } from "../../src/graph/parse.ts";
import type { PortTypes } from "../../src/graph/porttypes.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { validate } from "../../src/graph/validate.ts";
import type { Target } from "../../src/graph/wires.ts";
import { keyOfTarget } from "../../src/graph/wires.ts";
import { BUILTIN, SMALL, STOCK, json, namesIn, stock } from "./fixtures.ts";

/** What a wire can be wrong about by itself; the rest (a missing input) is the graph's. */
const OF_WIRES = new Set([
  "port_type_mismatch",
  "cycle",
  "leaves_body",
  "dangling_edge",
  "unknown_port",
  "input_already_linked",
  "unknown_input",
]);

function wrong(graph: Graph, catalogue: Catalogue): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { code, path, port } of validate(graph, catalogue)) {
    const key = `${code} ${path}.${port}`;
    if (OF_WIRES.has(code)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

interface End {
  readonly source: string;
  readonly side: "inside" | "outside";
}

function ends(types: PortTypes): {
  readonly sources: readonly End[];
  readonly targets: readonly Target[];
} {
  const geometry = geometryOf(types);
  const handles = [...types.scopes.nodes.keys()].flatMap((id) =>
    geometry.shape(id).handles.map((handle) => ({ id, ...handle })),
  );
  return {
    sources: handles.flatMap(({ id, port, side }) =>
      side ? [{ source: `${id}.${port}`, side }] : [],
    ),
    targets: handles.flatMap(({ target }) => (target && target.port !== NEW_PORT ? [target] : [])),
  };
}

/** The wires for which the two disagree: what was drawn, and what the validator says of it. */
function disagreements(graph: Graph, catalogue: Catalogue): readonly string[] {
  const types = typesOf(graph, catalogue);
  const before = wrong(graph, catalogue);
  const { sources, targets } = ends(types);
  const found: string[] = [];
  for (const { source, side } of sources) {
    const connector = new Connector(types, source, side);
    for (const target of targets) {
      const refusal = connector.refusal(target);
      if (refusal && isBeyondValidation(refusal.message)) continue;
      const after = wrong(connect(graph, types, { source, target }), catalogue);
      const fresh = [...after].filter(([key, count]) => count > (before.get(key) ?? 0));
      const own = fresh.filter(([key]) => refusal !== null || concerns(key, target));
      if ((refusal === null) === (own.length === 0)) continue;
      found.push(
        `${source} (${side}) -> ${keyOfTarget(target)}: ${refusal?.message ?? "allowed"} / ${fresh.map(([key]) => key).join(", ")}`,
      );
    }
  }
  return found;
}

/** Whether a problem is about the wire itself, not about what a change of type does further on. */
function concerns(key: string, target: Target): boolean {
  const [code = "", place = ""] = key.split(" ");
  return code === "cycle" || place === `${target.node}.${target.port}`;
}

/** The file cannot say which rail a wire was taken from; the canvas can. */
function isBeyondValidation(message: string): boolean {
  return message.includes("only during a turn") || message.includes("after the last turn");
}

describe("what may be wired is what validates", () => {
  // A graph that is wrong already hides what a wire adds.
  const cases = namesIn("tests/cases/validate").filter(
    (name) => (json(`tests/cases/validate/${name}`) as { problems: Json[] }).problems.length === 0,
  );

  it.each(cases)("around the shared case %s", (name) => {
    const { graph } = fromJson((json(`tests/cases/validate/${name}`) as { graph: Json }).graph);
    expect(graph && disagreements(graph, SMALL)).toEqual([]);
  });

  it.each(
    STOCK.filter((name) => ["txt2img.json", "seed-grid.json", "prompt-switch.json"].includes(name)),
  )("around the stock graph %s", (name) => {
    expect(disagreements(stock(name), BUILTIN)).toEqual([]);
  });
});
