import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, diff, patchesFromText, patchesToText } from "../../src/graph/diff.ts";
import { removeNodes, renameNode, setParam } from "../../src/graph/commands/nodes.ts";
import {
  EMPTY_HISTORY,
  historyFromText,
  historyToText,
  record,
  redo,
  seal,
  undo,
} from "../../src/graph/history.ts";
import type { History } from "../../src/graph/history.ts";
import type { Graph } from "../../src/graph/model.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { graphOf, stock } from "./fixtures.ts";

const typed = (graph: Graph, text: string): Graph => setParam(graph, "positive", "text", text);

describe("history", () => {
  it("takes back and repeats one step", () => {
    const before = stock("txt2img.json");
    const after = removeNodes(before, ["denoise"]);
    const history = record(EMPTY_HISTORY, before, after, { label: "Remove", at: 0 });
    const undone = undo(history, after);
    expect(undone && serialize(undone.document)).toBe(serialize(before));
    const redone = undone && redo(undone.history, undone.document);
    expect(redone && serialize(redone.document)).toBe(serialize(after));
  });

  it("keeps the order of nodes through undo of a removal and a rename", () => {
    const before = stock("txt2img.json");
    const after = removeNodes(renameNode(before, "pair", "constructor"), ["positive"]);
    const history = record(EMPTY_HISTORY, before, after, { label: "Edit", at: 0 });
    expect([...(undo(history, after)?.document.nodes.keys() ?? [])]).toEqual([
      ...before.nodes.keys(),
    ]);
  });

  it("makes one step of a burst of typing, and two where it pauses or is sealed", () => {
    const start = stock("txt2img.json");
    let document = start;
    let history: History = EMPTY_HISTORY;
    const type = (text: string, at: number): void => {
      const after = typed(document, text);
      history = record(history, document, after, { label: "Type", merge: "positive.text", at });
      document = after;
    };
    type("a", 0);
    type("a c", 300);
    type("a cat", 900);
    expect(history.past).toHaveLength(1);
    type("a cat, red", 5_000);
    expect(history.past).toHaveLength(2);
    history = seal(history);
    type("a cat, green", 5_100);
    expect(history.past).toHaveLength(3);
    for (let moved = undo(history, document); moved; moved = undo(history, document)) {
      ({ history, document } = moved);
    }
    expect(serialize(document)).toBe(serialize(start));
  });

  it("forgets what was undone once something else is done, and records no empty step", () => {
    const one = stock("txt2img.json");
    const two = typed(one, "x");
    const undone = undo(record(EMPTY_HISTORY, one, two, { label: "Type", at: 0 }), two);
    const after = record(undone?.history ?? EMPTY_HISTORY, one, typed(one, "y"), {
      label: "Type",
      at: 9,
    });
    expect(after.future).toHaveLength(0);
    expect(record(after, one, one, { label: "Nothing", at: 10 })).toBe(after);
  });

  it("survives a reload", () => {
    const before = graphOf({
      a: { type: "T", params: { x: { $map: [1], __proto__: 2 } } },
      b: { type: "U" },
    });
    const after = removeNodes(before, ["a"]);
    const text = historyToText(record(EMPTY_HISTORY, before, after, { label: "Remove", at: 0 }));
    const back = undo(historyFromText(text), after);
    expect(back && serialize(back.document)).toBe(serialize(before));
    expect(historyFromText("no JSON")).toEqual(EMPTY_HISTORY);
  });
});

describe("diff", () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.integer(), { maxLength: 3 }),
  );
  const map = fc
    .array(fc.tuple(fc.constantFrom("a", "b", "c", "__proto__", "1"), leaf))
    .map((pairs) => new Map(pairs));
  const nested = fc
    .array(fc.tuple(fc.constantFrom("x", "y", "z"), fc.oneof(leaf, map)))
    .map((pairs) => new Map(pairs));

  it("turns any data into any other, through JSON text, order included", () => {
    fc.assert(
      fc.property(nested, nested, (before, after) => {
        const patches = patchesFromText(patchesToText(diff(before, after))) as ReturnType<
          typeof diff
        >;
        const made = apply(before, patches);
        expect(patchesToText(made)).toBe(patchesToText(after));
      }),
    );
  });

  it("looks at what changed only", () => {
    const before = stock("txt2img.json");
    expect(diff(before, typed(before, "x"))).toEqual([
      { path: ["nodes", "positive", "params", "text"], value: "x" },
    ]);
  });
});
