import { describe, expect, it } from "vitest";
import { makePlain } from "../../src/graph/plain.ts";
import type { Limits } from "../../src/graph/plain.ts";
import { connect } from "../../src/graph/commands/wiring.ts";
import { disconnect } from "../../src/graph/commands/cutting.ts";
import { addNode, setParam } from "../../src/graph/commands/nodes.ts";
import { makePublicInput } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { inputTarget } from "../../src/graph/wires.ts";
import { publicValue, resetPublic, setPublic } from "../../src/appmode/publicvalue.ts";
import { added, moved, pointsOf, removed, valueAt, windowOf } from "../../src/widgets/curve.ts";
import { sizesFor, ratioWords } from "../../src/widgets/sizes.ts";
import { sourcesFor } from "../../src/widgets/sources.ts";
import { barOf, stepOf, stepped } from "../../src/widgets/stepping.ts";
import { tokensIn } from "../../src/widgets/tokens.ts";
import { widgetOf } from "../../src/widgets/widget.ts";
import { rowsOf } from "../../src/panels/outline/rows.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const NONE: Limits = {
  ge: null,
  gt: null,
  le: null,
  lt: null,
  multiple_of: null,
  min_length: null,
  max_length: null,
};
const HELD = { shiftKey: false, altKey: false };

describe("the widget of an input", () => {
  it("is known for every input of the built-in nodes", () => {
    const kinds = new Map<string, string>();
    for (const [type, { inputs }] of BUILTIN.declarations) {
      for (const [name, input] of inputs) kinds.set(`${type}.${name}`, widgetOf(input));
    }
    expect(kinds.get("TextEncode.text")).toBe("multiline");
    expect(kinds.get("AddNoise.seed")).toBe("seed");
    expect(kinds.get("LoadModel.model")).toBe("choice");
    expect(kinds.get("LoadImage.image")).toBe("image");
    expect(kinds.get("Curve.points")).toBe("curve");
    expect(kinds.get("LoRA.loras")).toBe("list");
    expect(kinds.get("VAEDecode.tiled")).toBe("switch");
    expect(kinds.get("CFGCombine.scale")).toBe("number");
    expect(kinds.get("VAEDecode.vae")).toBe("none");
  });

  it("may become a wire and back without losing its value", () => {
    const graph = setParam(stock("guidance-curve.json"), "noise", "seed", 1234);
    const types = typesOf(graph, BUILTIN);
    const target = inputTarget("schedule", "steps");
    const typed = graph.nodes.get("schedule")?.params.get("steps");
    const withNumber = addNode(graph, {
      id: "count",
      type: "Whole",
      params: new Map([["value", 9]]),
    });
    const wired = connect(withNumber, types, { source: "count.value", target });
    expect(wired.nodes.get("schedule")?.params.has("steps")).toBe(false);
    expect(disconnect(wired, target).nodes.get("schedule")?.params.get("steps")).toBe(typed);
  });
});

describe("steps of a number", () => {
  it("go by the limits, else by the size of the value", () => {
    const width = makePlain({ kind: "int", limits: { ...NONE, ge: 8, le: 16384, multiple_of: 8 } });
    expect(stepped(width, 512, stepOf(width, 512, null, HELD), 1)).toBe(520);
    expect(stepped(width, 8, stepOf(width, 8, null, HELD), -1)).toBe(8);
    const eta = makePlain({ kind: "float", limits: { ...NONE, ge: 0, le: 1 } });
    const bar = barOf(eta, undefined);
    expect(bar).toEqual({ low: 0, high: 1 });
    expect(stepped(eta, 0.1, stepOf(eta, 0.1, bar, HELD), 2)).toBe(0.12);
    expect(stepped(eta, 0.99, stepOf(eta, 0.99, bar, { ...HELD, shiftKey: true }), 1)).toBe(1);
    const scale = makePlain({ kind: "float", limits: { ...NONE, ge: -1000, le: 1000 } });
    expect(barOf(scale, undefined)).toBeNull();
    expect(stepped(scale, 7.5, stepOf(scale, 7.5, null, HELD), 1)).toBe(7.6);
  });
});

describe("sizes, tokens, outline rows", () => {
  it("offers only sizes that the fields allow", () => {
    const field = makePlain({ kind: "int", limits: { ...NONE, ge: 8, le: 512, multiple_of: 64 } });
    const sizes = sizesFor(field, field);
    expect(sizes.length).toBeGreaterThan(2);
    expect(
      sizes.every(({ width, height }) => width <= 512 && height <= 512 && width % 64 === 0),
    ).toBe(true);
    expect(ratioWords({ width: 512, height: 768 })).toBe("2:3");
  });

  it("estimates tokens close to what CLIP's tokenizer says", () => {
    // Counted with CLIP's own merges (transformers' CLIPTokenizer), without begin and end.
    const known: readonly (readonly [string, number])[] = [
      ["", 0],
      ["a photo of a cat", 5],
      ["a red circle on a blue background", 7],
      ["masterpiece, best quality, 8k", 7],
      ["an astronaut riding a horse on the moon, cinematic lighting, photorealistic", 14],
      ["portrait of a young woman, detailed face, bokeh, shallow depth of field, 85mm", 20],
    ];
    for (const [text, count] of known)
      expect(Math.abs(tokensIn(text) - count), text).toBeLessThanOrEqual(1);
  });

  it("has a row for each node, bodies below their loops", () => {
    const graph = stock("txt2img.json");
    const rows = rowsOf(graph, new Set());
    expect(new Set(rows.map(({ id }) => id))).toEqual(
      new Set(typesOf(graph, BUILTIN).scopes.nodes.keys()),
    );
    expect(rows.find(({ id }) => id === "predict")).toMatchObject({ level: 2, scope: "denoise" });
    expect(rowsOf(graph, new Set(["denoise"])).some(({ id }) => id === "predict")).toBe(false);
  });
});

describe("sources of an input", () => {
  it("are those the canvas would accept, inside loops the turn's own", () => {
    const types = typesOf(stock("txt2img.json"), BUILTIN);
    const latent = sourcesFor(types, inputTarget("predict", "latent"));
    expect(latent.filter(({ refusal }) => refusal === null).map(({ wire }) => wire)).toEqual(
      expect.arrayContaining(["denoise.latent", "noise.latent", "empty.latent"]),
    );
    expect(latent.some(({ wire }) => wire === "move.latent")).toBe(false);
    const image = sourcesFor(types, inputTarget("save", "image"));
    const through = image.find(({ wire }) => wire === "denoise.latent");
    expect(through?.refusal?.fix).toMatchObject({ kind: "insert", type: "VAEDecode" });
  });
});

describe("a public input", () => {
  it("has one value in all ports that it sets, and the default again", () => {
    const graph = stock("txt2img.json");
    const both = {
      ...graph,
      inputs: new Map(graph.inputs).set(
        "text",
        makePublicInput({ to: ["positive.text", "negative.text"] }),
      ),
    };
    const set = setPublic(both, "text", "a fox");
    expect(set.nodes.get("positive")?.params.get("text")).toBe("a fox");
    expect(set.nodes.get("negative")?.params.get("text")).toBe("a fox");
    expect(publicValue(set, "text")).toBe("a fox");
    expect(publicValue(resetPublic(set, "text"), "text")).toBeUndefined();
  });
});

describe("a curve", () => {
  const points = pointsOf([
    { at: 0, value: 2 },
    { at: 10, value: 4 },
    { at: 10, value: 1 },
  ]);

  it("is read as the engine reads it: straight between, level outside, a jump at one place", () => {
    expect(valueAt(points, -5)).toBe(2);
    expect(valueAt(points, 5)).toBe(3);
    expect(valueAt(points, 10)).toBe(1);
    expect(valueAt(points, 99)).toBe(1);
  });

  it("keeps its order while a point is dragged, and at least one point", () => {
    expect(moved(points, 0, { at: 20, value: 0 })[0]).toEqual({ at: 10, value: 0 });
    expect(added(points, { at: 5, value: 3 })[1]).toEqual({ at: 5, value: 3 });
    expect(removed(removed(removed(points, 0), 0), 0)).toHaveLength(1);
    expect(windowOf([])).toMatchObject({ left: 0, right: 1 });
  });
});
