/** What the core costs on 1,000 nodes: `npm run bench`. Targets: layout 100 ms, undo 50 ms. */

import { bench, describe } from "vitest";
import { nudge } from "../../src/graph/commands/moving.ts";
import { removeNodes, renameNode, setParam } from "../../src/graph/commands/nodes.ts";
import { Connector } from "../../src/graph/connect.ts";
import { Geometry } from "../../src/graph/geometry.ts";
import { EMPTY_HISTORY, record, undo } from "../../src/graph/history.ts";
import type { Json } from "../../src/graph/json.ts";
import { layout, placeAll } from "../../src/graph/layout.ts";
import type { Graph } from "../../src/graph/model.ts";
import { parse } from "../../src/graph/parse.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { validate } from "../../src/graph/validate.ts";
import { inputTarget } from "../../src/graph/wires.ts";
import { BUILTIN, graphOf } from "../unit/fixtures.ts";

const COUNT = 1_000;

function large(): Graph {
  const nodes: Record<string, Json> = { n0: { type: "Number" } };
  for (let at = 1; at < COUNT; at++) {
    const b = Math.max(0, at - 1 - ((at * 7) % 13));
    nodes[`n${at}`] = { type: "Math", inputs: { a: `n${at - 1}.value`, b: `n${b}.value` } };
  }
  return placeAll(graphOf(nodes), BUILTIN);
}

const graph = large();
const ids = [...graph.nodes.keys()];
const text = serialize(graph);
const gone = removeNodes(graph, ids.slice(500));
const history = record(EMPTY_HISTORY, graph, gone, { label: "Remove", at: 0 });
/** The same graph, of which nothing is known yet. */
const fresh = (): Graph => ({ ...graph, nodes: new Map(graph.nodes) });

describe(`${COUNT} nodes`, () => {
  bench("parse", () => void parse(text));
  bench("serialize", () => void serialize(graph));
  bench("validate", () => void validate(fresh(), BUILTIN));
  bench("layout", () => void layout(typesOf(fresh(), BUILTIN)));
  bench("all shapes", () => {
    const made = new Geometry(typesOf(fresh(), BUILTIN));
    for (const id of ids) made.shape(id);
  });
  bench("every end while a wire is dragged", () => {
    const connector = new Connector(typesOf(fresh(), BUILTIN), "n500.value", "outside");
    for (const id of ids) connector.refusal(inputTarget(id, "a"));
  });
  bench("type a value", () => void setParam(graph, "n500", "op", Math.random()));
  bench("move 100", () => void nudge(graph, ids.slice(0, 100), { x: 1, y: 1 }));
  bench("rename", () => void renameNode(graph, "n500", "other"));
  bench("record the removal of 500", () => {
    record(EMPTY_HISTORY, graph, gone, { label: "Remove", at: 0 });
  });
  bench("undo the removal of 500", () => void undo(history, gone));
});
