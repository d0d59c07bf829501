import { describe, expect, it } from "vitest";
import { clipFromText, clipOf, clipToText, duplicate, paste } from "../../src/graph/clipboard.ts";
import { placeAll } from "../../src/graph/layout.ts";
import type { Graph } from "../../src/graph/model.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { validate } from "../../src/graph/validate.ts";
import { positionOf } from "../../src/graph/view.ts";
import { BUILTIN, graphOf, stock } from "./fixtures.ts";

const graph = placeAll(stock("txt2img.json"), BUILTIN);
const simple = placeAll(stock("txt2img-simple.json"), BUILTIN);
const wire = (made: Graph, id: string, port: string): unknown =>
  scopesOf(made).nodes.get(id)?.inputs.get(port);

describe("copies", () => {
  it("have ids of their own and wires among each other", () => {
    const { document, ids } = duplicate(graph, "", ["positive", "pair"], false);
    expect(ids).toEqual(["positive_2", "pair_2"]);
    expect(wire(document, "pair_2", "cond")).toBe("positive_2.conditioning");
    expect(wire(document, "pair_2", "uncond")).toBeUndefined();
    expect(wire(document, "positive_2", "text_encoder")).toBeUndefined();
    expect(positionOf(document, "pair_2")?.x).toBe((positionOf(graph, "pair")?.x ?? 0) + 32);
  });

  it("keep what comes in on request", () => {
    const { document } = duplicate(graph, "", ["positive", "pair"], true);
    expect(wire(document, "pair_2", "uncond")).toBe("negative.conditioning");
    expect(validate(document, BUILTIN)).toEqual([]);
  });

  it("of a loop have a body of their own that reads its own loop", () => {
    const { document, ids } = duplicate(graph, "", ["denoise", "predict"], true);
    expect(ids).toEqual(["denoise_2"]);
    expect(wire(document, "predict_2", "latent")).toBe("denoise_2.latent");
    expect(document.nodes.get("denoise_2")?.next.get("latent")).toBe("move_2.latent");
    expect(document.nodes.get("denoise_2")?.show).toBe("clean_2.latent");
    expect(validate(document, BUILTIN)).toEqual([]);
  });

  it("within a body still see their loop", () => {
    const { document } = duplicate(graph, "", ["guide", "move"], true);
    expect(scopesOf(document).home("move_2")).toBe("denoise");
    expect(wire(document, "move_2", "latent")).toBe("denoise.latent");
    expect(wire(document, "move_2", "prediction")).toBe("guide_2.prediction");
    expect(validate(document, BUILTIN)).toEqual([]);
  });
});

describe("text on the clipboard", () => {
  const empty = graphOf({ a: { type: "Number" } });

  it("brings nodes, places and the definitions they use into another file", () => {
    const text = clipToText(clipOf(simple, "", ["sampler"]));
    const clip = clipFromText(text);
    if (!clip) throw new Error("no clip");
    const { document } = paste(empty, "", clip, {
      scope: "",
      keepIncoming: true,
      at: { x: 7, y: 9 },
    });
    expect(document.definitions.has("sampler")).toBe(true);
    expect(positionOf(document, "sampler")).toEqual({ x: 7, y: 9 });
    expect(wire(document, "sampler", "unet")).toBeUndefined();
    const again = paste(document, "", clip, { scope: "", keepIncoming: false });
    expect([...again.document.definitions.keys()]).toEqual(["sampler"]);
  });

  it("gives a definition another name where one of that name is different", () => {
    const other = { ...empty, definitions: new Map([["sampler", empty]]) };
    const { document } = paste(other, "", clipOf(simple, "", ["sampler"]), {
      scope: "",
      keepIncoming: false,
    });
    expect([...document.definitions.keys()]).toEqual(["sampler", "sampler_2"]);
    expect(document.nodes.get("sampler")?.graph).toBe("sampler_2");
  });

  it("is not mistaken for any other text", () => {
    for (const text of ["", "a prompt", "{}", serialize(graph), '{"latentgraph":"nodes"}', "[1]"]) {
      expect(clipFromText(text)).toBeNull();
    }
  });

  it("copies back to the same text", () => {
    const text = clipToText(clipOf(graph, "", ["denoise", "decode"]));
    const clip = clipFromText(text);
    expect(clip && clipToText(clip)).toBe(text);
  });
});
