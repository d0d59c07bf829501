import { describe, expect, it } from "vitest";
import { setParam } from "../../../src/graph/commands/nodes.ts";
import { moveNodes } from "../../../src/graph/commands/moving.ts";
import { STOCK, graphOf, stock } from "../fixtures.ts";
import { differences } from "../../../src/workspace/differences.ts";

describe("differences", () => {
  it.each(STOCK)("finds none between %s and itself read again", (name) => {
    expect(differences(stock(name), stock(name))).toEqual({ lines: [], moved: 0 });
  });

  it("names a changed value in a body, with both values", () => {
    const before = stock("txt2img.json");
    const after = setParam(before, "guide", "scale", 6.5);
    expect(differences(before, after).lines).toEqual([
      { where: "guide.scale", before: "4", after: "6.5" },
    ]);
  });

  it("counts nodes that only stand elsewhere, and calls nothing changed", () => {
    const before = moveNodes(stock("txt2img.json"), new Map([["model", { x: 0, y: 0 }]]));
    const after = moveNodes(before, new Map([["model", { x: 50, y: 0 }]]));
    expect(differences(before, after)).toEqual({ lines: [], moved: 1 });
  });

  it("tells an added node, a removed one, and a value that became a wire", () => {
    const before = graphOf({
      a: { type: "Int", params: { value: 1 } },
      gone: { type: "Int", params: { value: 2 } },
      b: { type: "Add", params: { x: 1 } },
    });
    const after = graphOf({
      a: { type: "Int", params: { value: 1 } },
      b: { type: "Add", inputs: { x: "a.value" } },
      fresh: { type: "Int", params: { value: 3 } },
    });
    expect(differences(before, after).lines).toEqual([
      { where: "gone", before: "Int" },
      { where: "b.x", before: "1", after: "⟵ a.value" },
      { where: "fresh", after: "Int" },
    ]);
  });

  it("takes ids that JavaScript's objects have already", () => {
    const before = graphOf({ constructor: { type: "Int", params: { value: 1 } } });
    const after = graphOf({ constructor: { type: "Int", params: { value: 2 } } });
    expect(differences(before, after).lines).toEqual([
      { where: "constructor.value", before: "1", after: "2" },
    ]);
  });
});
