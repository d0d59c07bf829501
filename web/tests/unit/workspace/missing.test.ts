import { describe, expect, it } from "vitest";
import { missingIn } from "../../../src/workspace/missing.ts";
import { BUILTIN, graphOf, stock } from "../fixtures.ts";

describe("what is missing", () => {
  it("is nothing for a stock graph with its model", () => {
    const lists = new Map([["models", ["demo"]]]);
    expect(missingIn(stock("txt2img.json"), BUILTIN, lists)).toEqual([]);
  });

  it("is each model once, and the node types that are not here", () => {
    const graph = graphOf({
      one: { type: "LoadModel", params: { model: "nobody" } },
      two: { type: "LoadModel", params: { model: "nobody" } },
      odd: { type: "pack:Odd" },
    });
    const found = missingIn(graph, BUILTIN, new Map([["models", ["demo"]]]));
    expect(found).toEqual([
      { node: "one", port: "model", list: "models", value: "nobody" },
      { node: "odd", port: "", list: "", value: "pack:Odd" },
    ]);
  });
});
