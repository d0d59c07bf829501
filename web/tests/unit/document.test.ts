import { describe, expect, it } from "vitest";
import { fold } from "../../src/graph/commands/folding.ts";
import { addNode, removeNodes, setParam } from "../../src/graph/commands/nodes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { createDocumentStore, isDirty, shownGraph, shownTypes } from "../../src/state/document.ts";
import type { DocumentStore } from "../../src/state/document.ts";
import { BUILTIN, stock } from "./fixtures.ts";

function open(name = "txt2img.json"): {
  readonly store: DocumentStore;
  readonly tick: (ms: number) => void;
} {
  let now = 0;
  const store = createDocumentStore({ document: stock(name), catalogue: BUILTIN, now: () => now });
  return { store, tick: (ms) => (now += ms) };
}

describe("an open document", () => {
  it("edits the graph on the canvas and takes it back there", () => {
    const { store } = open("txt2img-simple.json");
    const start = serialize(store.getState().document);
    store.getState().enter("sampler");
    store.getState().edit("Add", (graph) => addNode(graph, { id: "extra", type: "Number" }));
    expect(shownGraph(store.getState()).nodes.has("extra")).toBe(true);
    expect(shownTypes(store.getState()).scopes.nodes.has("extra")).toBe(true);
    store.getState().enter("");
    store.getState().undo();
    expect(store.getState().place).toBe("sampler");
    expect(serialize(store.getState().document)).toBe(start);
    store.getState().redo();
    expect(shownGraph(store.getState()).nodes.has("extra")).toBe(true);
  });

  it("joins a burst of typing until it is sealed, and records nothing for nothing", () => {
    const { store, tick } = open();
    const type = (text: string): void =>
      store
        .getState()
        .edit("Type", (graph) => setParam(graph, "positive", "text", text), "type:positive.text");
    for (const text of ["a", "a c", "a cat"]) {
      type(text);
      tick(100);
    }
    type("a cat");
    expect(store.getState().history.past).toHaveLength(1);
    store.getState().seal();
    type("a dog");
    expect(store.getState().history.past).toHaveLength(2);
    store.getState().edit("Nothing", (graph) => graph);
    expect(store.getState().history.past).toHaveLength(2);
  });

  it("knows what is unsaved, and that an undo to the saved text is not", () => {
    const { store } = open();
    expect(isDirty(store.getState())).toBe(false);
    store.getState().edit("Remove", (graph) => removeNodes(graph, ["save"]));
    expect(isDirty(store.getState())).toBe(true);
    store.getState().undo();
    expect(isDirty(store.getState())).toBe(false);
    store.getState().redo();
    store.getState().markSaved();
    expect(isDirty(store.getState())).toBe(false);
  });

  it("keeps what is selected and shown to what is there", () => {
    const { store } = open();
    store.getState().select(["pair", "save"]);
    const before = store.getState().selection;
    store.getState().edit("Type", (graph) => setParam(graph, "positive", "text", "x"));
    expect(store.getState().selection).toBe(before);
    store.getState().edit("Remove", (graph) => removeNodes(graph, ["save"]));
    expect([...store.getState().selection]).toEqual(["pair"]);
    store.getState().change("Fold", (document) => {
      const folded = fold(document, "", ["positive", "negative", "pair"], "part");
      return "document" in folded ? folded.document : document;
    });
    store.getState().enter("part");
    store.getState().undo();
    expect(store.getState().place).toBe("");
  });
});
