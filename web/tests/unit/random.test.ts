/** Any commands in any order: the graph stays whole, and undo and redo lose nothing. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { clipOf, duplicate, paste } from "../../src/graph/clipboard.ts";
import { expand } from "../../src/graph/commands/expanding.ts";
import { exposeInput, exposeOutput } from "../../src/graph/commands/faces.ts";
import { fold } from "../../src/graph/commands/folding.ts";
import { addFrame } from "../../src/graph/commands/grouping.ts";
import { moveInto, unwrapLoop, wrapInLoop } from "../../src/graph/commands/loops.ts";
import { disconnect } from "../../src/graph/commands/cutting.ts";
import { arrange, nudge } from "../../src/graph/commands/moving.ts";
import {
  addNode,
  removeAndReconnect,
  removeNodes,
  renameNode,
  setParam,
  toggleMode,
  toggleView,
} from "../../src/graph/commands/nodes.ts";
import { connect } from "../../src/graph/commands/wiring.ts";
import { Connector } from "../../src/graph/connect.ts";
import type { Problem } from "../../src/graph/errors.ts";
import { freshId, stemOf } from "../../src/graph/edit.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import {
  EMPTY_HISTORY,
  historyFromText,
  historyToText,
  record,
  redo,
  undo,
} from "../../src/graph/history.ts";
import { placeAll } from "../../src/graph/layout.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { validate } from "../../src/graph/validate.ts";
import { wiresOf } from "../../src/graph/wires.ts";
import { BUILTIN, STOCK, opened, stock } from "./fixtures.ts";

type Step = readonly [number, number, number, number];

/** One command, chosen by numbers that mean something in any graph. */
function act(graph: Graph, [what, a, b, c]: Step): Graph {
  const types = typesOf(graph, BUILTIN);
  const scopes = scopesOf(graph);
  const ids = [...scopes.nodes.keys()];
  const pick = <T>(items: readonly T[], at: number): T | undefined =>
    items[at % Math.max(1, items.length)];
  const id = pick(ids, a) ?? "";
  const peers = ids.filter((one) => scopes.home(one) === scopes.home(id));
  const two = [...new Set([id, pick(peers, b) ?? id])];
  const wires = wiresOf(graph);
  const wire = pick(wires, a);
  const type = pick([...BUILTIN.declarations.keys()], b) ?? "";
  const documentOf = (made: { readonly document: Graph } | { readonly refusal: string }): Graph =>
    "document" in made ? made.document : graph;
  const graphOf = (made: { readonly graph: Graph } | { readonly refusal: string }): Graph =>
    "graph" in made ? made.graph : graph;
  switch (what % 19) {
    case 0:
      return addNode(graph, {
        id: freshId(graph, stemOf(type)),
        type,
        scope: scopes.home(id),
        place: { x: a, y: b },
      });
    case 1:
      return ids.length > 2 ? removeNodes(graph, two) : graph;
    case 2:
      return ids.length > 2 ? removeAndReconnect(graph, types, two) : graph;
    case 3:
      return renameNode(graph, id, pick(["constructor", "x", "y", "__proto__", "loop"], b) ?? "x");
    case 4:
      return wire ? disconnect(graph, wire.target) : graph;
    case 5: {
      const from = pick(ids, a) ?? "";
      const sides = [
        ...types.outputs(from).map((port) => [port, "outside"] as const),
        ...types.insideOutputs(from).map((port) => [port, "inside"] as const),
      ];
      const [port, side] = pick(sides, b) ?? ["", "outside" as const];
      const connector = new Connector(types, `${from}.${port}`, side);
      const targets = ids.flatMap((one) =>
        geometryOf(types)
          .shape(one)
          .handles.flatMap((handle) => handle.target ?? []),
      );
      const free = targets.filter((target) => !connector.refusal(target));
      const target = pick(free, c);
      return target ? connect(graph, types, { source: `${from}.${port}`, side, target }) : graph;
    }
    case 6:
      return graphOf(
        wrapInLoop(graph, types, two, {
          id: freshId(graph, "loop"),
          kind: c % 2 === 0 ? "Repeat" : "Map",
        }),
      );
    case 7:
      return graphOf(
        moveInto(
          graph,
          types,
          two,
          pick(["", ...ids.filter((one) => scopes.nodes.get(one)?.body)], c) ?? "",
        ),
      );
    case 8:
      return graphOf(unwrapLoop(graph, id));
    case 9:
      return documentOf(fold(graph, "", two, "part"));
    case 10:
      return documentOf(expand(graph, "", id));
    case 11:
      return duplicate(graph, "", two, c % 2 === 0).document;
    case 12:
      return paste(graph, "", clipOf(graph, "", two), {
        scope: scopes.home(id),
        keepIncoming: c % 2 === 0,
      }).document;
    case 13:
      return toggleMode(graph, two, "mute");
    case 14:
      return toggleView(graph, two, c % 2 === 0 ? "collapsed" : "pinned");
    case 15:
      return c % 2 === 0 ? nudge(graph, two, { x: a - b, y: c }) : arrange(graph, types);
    case 16:
      return addFrame(graph, two, "Frame");
    case 17: {
      const node = scopes.nodes.get(id);
      const ports = (node ? types.inputs(node) : []).flatMap(
        (name) => types.target(`${id}.${name}`) ?? [],
      );
      const input = pick(
        ports.filter((port) => port.plain && port.default !== null),
        b,
      );
      if (!input) return graph;
      if (c % 2 === 0) return exposeInput(graph, `${id}.${input.name}`);
      return setParam(graph, id, input.name, input.default);
    }
    default: {
      const port = pick(types.outputs(id), b);
      return port !== undefined && scopes.home(id) === ""
        ? exposeOutput(graph, `${id}.${port}`)
        : graph;
    }
  }
}

/**
 * What a graph that is being edited may be short of. A type may clash where a loop or public input
 * has one by what is wired elsewhere; nothing may dangle, be named twice, or go in a circle.
 */
const UNFINISHED = new Set(["missing_input", "no_outputs", "empty_graph", "port_type_mismatch"]);
/** Another kind of value wired to `on` of a Switch leaves its cases for the hand to rename. */
const isUnfinished = ({ code, message }: Problem): boolean =>
  UNFINISHED.has(code) || (code === "unknown_input" && message.includes("is no case that 'on'"));

const steps = fc.array(fc.tuple(fc.nat(18), fc.nat(50), fc.nat(50), fc.nat(50)), {
  minLength: 1,
  maxLength: 14,
});

it.each(STOCK)("on %s", (name) => {
  const start = placeAll(stock(name), BUILTIN);
  fc.assert(
    fc.property(steps, (actions) => {
      let document = start;
      let history = EMPTY_HISTORY;
      const texts = [serialize(start)];
      for (const step of actions) {
        const after = act(document, step);
        history = record(history, document, after, { label: "Step", at: 0 });
        if (serialize(after) !== texts.at(-1)) texts.push(serialize(after));
        document = after;
      }
      const last = serialize(document);
      expect(serialize(opened(last))).toBe(last);
      const wrong = validate(document, BUILTIN).filter((found) => !isUnfinished(found));
      expect(wrong).toEqual([]);
      history = historyFromText(historyToText(history));
      for (let moved = undo(history, document); moved; moved = undo(history, document))
        ({ history, document } = moved);
      expect(serialize(document)).toBe(texts[0]);
      for (let moved = redo(history, document); moved; moved = redo(history, document))
        ({ history, document } = moved);
      expect(serialize(document)).toBe(last);
    }),
    { numRuns: 40 },
  );
});
