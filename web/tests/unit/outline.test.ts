// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { FarLift } from "../../src/canvas/farlift.ts";
import { Flow } from "../../src/canvas/flow.ts";
import { withInner } from "../../src/canvas/inner.ts";
import { nodeAt, outlineOf } from "../../src/canvas/outline.ts";
import type { Outline } from "../../src/canvas/outline.ts";
import { toggleView } from "../../src/graph/commands/nodes.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import type { Geometry } from "../../src/graph/geometry.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const graph = stock("txt2img.json");

function seen(of: Graph): { readonly geometry: Geometry; readonly outline: Outline } {
  const geometry = geometryOf(typesOf(of, BUILTIN));
  return { geometry, outline: outlineOf(geometry, new Flow().wires(geometry)) };
}

describe("a graph from afar", () => {
  it("is hit at the innermost node", () => {
    const { geometry, outline } = seen(graph);
    const inner = geometry.absolute("predict");
    const loop = geometry.absolute("denoise");
    expect(nodeAt(outline, { x: inner.x + 3, y: inner.y + 3 })).toBe("predict");
    expect(nodeAt(outline, { x: loop.x + 3, y: loop.y + 3 })).toBe("denoise");
    expect(nodeAt(outline, { x: -1e6, y: 0 })).toBeNull();
  });

  it("has nothing of what stands in a collapsed loop", () => {
    const { outline } = seen(toggleView(graph, ["denoise"], "collapsed"));
    expect(outline.boxes.map(({ id }) => id)).not.toContain("predict");
    const ends = [...outline.lines.values()]
      .flat()
      .flatMap(({ source, target }) => [source, target]);
    expect(ends).toContain("denoise");
    expect(ends).not.toContain("predict");
  });

  it("has wires behind all cards, and above the ground of the loop that they run in", () => {
    const { outline } = seen(graph);
    const heights = outline.layers.flatMap(({ boxes, lines }, height) => [
      ...boxes.map(({ id }) => [id, height] as const),
      ...[...lines.values()].flat().map(({ id }) => [id, height] as const),
    ]);
    const height = new Map(heights);
    const of = (id: string): number => height.get(id) ?? NaN;
    const [loop, wire] = [of("denoise"), of("predict.input.unet")]; // from the top into the loop
    expect(wire).toBeGreaterThan(loop);
    for (const card of ["model", "positive", "predict", "guide", "decode"])
      expect(of(card), card).toBeGreaterThan(wire);
    expect(of("decode.input.vae")).toBeLessThan(loop); // at the top: behind the whole loop
    expect(of("denoise.next.latent")).toBeGreaterThan(loop);
  });

  it("lifts a loop with all that stands in it", () => {
    const { geometry } = seen(graph);
    const lifted = withInner(geometry, new Set(["denoise"]));
    expect(lifted).toContain("predict");
    expect(lifted).not.toContain("decode");
  });
});

describe("what is dragged from afar", () => {
  it("moves as a layer; only wires to what stays are made anew", () => {
    const { outline } = seen(graph);
    const page = document.createElement("div");
    const ids = new Set(["decode"]);
    const lift = new FarLift(page, outline, ids, ids);
    lift.place([10, 20, 0.25]);
    const wires = (): (string | null)[] =>
      [...page.querySelectorAll("path.far-wire")].map((path) => path.getAttribute("d"));
    const lines = [...outline.lines.values()].flat();
    const outer = lines.filter(
      ({ source, target }) => (source === "decode") !== (target === "decode"),
    );
    expect(outer.length).toBeGreaterThan(1);
    expect(wires().join("").match(/M/g)).toHaveLength(outer.length);
    lift.move({ x: 40, y: -8 });
    const node = page.querySelector("path.far-node");
    expect(node?.getAttribute("class")).toContain("far-chosen");
    const layer = node?.closest("svg");
    expect(layer?.style.transform).toBe("translate(10px, -2px)");
    expect(layer?.querySelector("g")?.getAttribute("transform")).toBe(
      "translate(10 20) scale(0.25)",
    );
    const drawn = wires().join("");
    for (const { source, from, to } of outer) {
      const [start, end] = [source === "decode" ? 1 : 0, source === "decode" ? 0 : 1];
      expect(drawn).toContain(
        `M${from.x + 40 * start} ${from.y - 8 * start}L${to.x + 40 * end} ${to.y - 8 * end}`,
      );
    }
  });
});
