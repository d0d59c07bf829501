import { describe, expect, it } from "vitest";
import { Flow } from "../../src/canvas/flow.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { BUILTIN, graphOf, stock } from "./fixtures.ts";

const NESTED = graphOf({
  start: { type: "Number" },
  outer: {
    type: "Map",
    params: { over: [1, 2] },
    body: {
      first: { type: "Math", inputs: { a: "start.value", b: "outer.item" } },
      inner: {
        type: "Repeat",
        params: { over: 3 },
        inputs: { sum: "first.value" },
        body: { add: { type: "Math", inputs: { a: "inner.sum", b: "start.value" } } },
        next: { sum: "add.value" },
      },
    },
    collect: { sum: "inner.sum" },
  },
  end: { type: "First", inputs: { items: "outer.sum" } },
});

/** What xyflow stacks by: the height of each card and wire. */
function heights(graph: Graph): (id: string) => number {
  const flow = new Flow();
  const geometry = geometryOf(typesOf(graph, BUILTIN));
  const all = [...flow.nodes(geometry, new Set()), ...flow.wires(geometry)];
  const made = new Map(all.map(({ id, zIndex = 0 }) => [id, zIndex]));
  return (id) => {
    const height = made.get(id);
    if (height === undefined) throw new Error(`${id} is not among ${[...made.keys()].join(", ")}`);
    return height;
  };
}

describe("the canvas", () => {
  it("stacks every card above every wire, however deep both are", () => {
    for (const graph of [NESTED, stock("txt2img.json"), stock("inpaint-9.json")]) {
      const flow = new Flow();
      const geometry = geometryOf(typesOf(graph, BUILTIN));
      const wires = flow.wires(geometry).map(({ zIndex = 0 }) => zIndex);
      const cards = flow.nodes(geometry, new Set()).filter(({ type }) => type === "card");
      expect(wires.length).toBeGreaterThan(2);
      for (const { id, zIndex = 0 } of cards)
        expect(zIndex, id).toBeGreaterThan(Math.max(...wires));
    }
  });

  it("stacks wires above the frames that they run in, and below those that they only meet", () => {
    const at = heights(NESTED);
    expect(at("end.input.items")).toBeLessThan(at("outer"));
    expect(at("first.input.a")).toBeGreaterThan(at("outer"));
    expect(at("first.input.a")).toBeLessThan(at("inner"));
    expect(at("inner.input.sum")).toBeLessThan(at("inner"));
    expect(at("outer.collect.sum")).toBeGreaterThan(at("outer"));
    expect(at("add.input.b")).toBeGreaterThan(at("inner"));
    expect(at("inner.next.sum")).toBeGreaterThan(at("inner"));
    expect(at("inner")).toBeGreaterThan(at("outer"));
  });

  it("keeps a card and a wire as they were where nothing of them changed", () => {
    const flow = new Flow();
    const geometry = geometryOf(typesOf(NESTED, BUILTIN));
    expect(flow.nodes(geometry, new Set())).toEqual(flow.nodes(geometry, new Set()));
    const [before, after] = [flow.nodes(geometry, new Set()), flow.nodes(geometry, new Set())];
    before.forEach((card, index) => expect(after[index]).toBe(card));
    expect(flow.wires(geometry)).toBe(flow.wires(geometry));
  });
});
