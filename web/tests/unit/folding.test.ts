import { describe, expect, it } from "vitest";
import { expand } from "../../src/graph/commands/expanding.ts";
import {
  exposeInput,
  exposeOutput,
  removeFace,
  renameFace,
  unexposeInput,
} from "../../src/graph/commands/faces.ts";
import type { Folded } from "../../src/graph/commands/folding.ts";
import { fold } from "../../src/graph/commands/folding.ts";
import { foldSampler, samplerNodes } from "../../src/graph/commands/sampler.ts";
import { moveNodes, nudge } from "../../src/graph/commands/moving.ts";
import { addFrame } from "../../src/graph/commands/grouping.ts";
import { addBend } from "../../src/graph/commands/wiring.ts";
import { placeAll } from "../../src/graph/layout.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { validate } from "../../src/graph/validate.ts";
import { bendsOf, positionOf } from "../../src/graph/view.ts";
import { BUILTIN, STOCK, stock } from "./fixtures.ts";

const done = (folded: Folded): Graph => {
  if ("refusal" in folded) throw new Error(folded.refusal);
  return folded.document;
};
const refused = (folded: Folded): string => ("refusal" in folded ? folded.refusal : "");
const graph = placeAll(stock("txt2img.json"), BUILTIN);

describe("folding and opening", () => {
  it.each([
    [["denoise"]],
    [["positive", "negative", "pair"]],
    [["schedule", "noise", "denoise", "pair", "empty"]],
    [["positive", "schedule"]],
    [["decode", "save"]],
  ])("of %j gives back exactly what was", (ids) => {
    const folded = done(fold(graph, "", ids, "part"));
    expect(validate(folded, BUILTIN)).toEqual([]);
    expect(folded.nodes.size).toBe(graph.nodes.size - ids.length + 1);
    expect(serialize(done(expand(folded, "", "part")))).toBe(serialize(graph));
  });

  it("works in a body, and there gives back what was", () => {
    const folded = done(fold(graph, "", ["predict", "guide"], "step"));
    expect(validate(folded, BUILTIN)).toEqual([]);
    expect(serialize(done(expand(folded, "", "step")))).toBe(serialize(graph));
  });

  it("keeps frames, bends and places that belong to the nodes", () => {
    const rich = addBend(addFrame(graph, ["positive", "pair"], "Prompt"), "pair.input.cond", 0, {
      x: 5,
      y: 6,
    });
    const folded = done(fold(rich, "", ["positive", "pair"], "part"));
    expect(serialize(done(expand(folded, "", "part")))).toBe(serialize(rich));
    const moved = nudge(folded, ["part"], { x: 100, y: -40 });
    const opened = done(expand(moved, "", "part"));
    const start = positionOf(graph, "pair") ?? { x: 0, y: 0 };
    expect(positionOf(opened, "pair")).toEqual({ x: start.x + 100, y: start.y - 40 });
  });

  it("makes a sampler of the loop, leaving prompts and models outside", () => {
    const types = typesOf(graph, BUILTIN);
    expect([...samplerNodes(types, "denoise")].sort()).toEqual([
      "denoise",
      "empty",
      "noise",
      "pair",
      "schedule",
    ]);
    const folded = done(foldSampler(graph, types, "", "denoise"));
    expect([...folded.nodes.keys()].sort()).toEqual([
      "decode",
      "model",
      "negative",
      "positive",
      "sampler",
      "save",
    ]);
    expect(serialize(done(expand(folded, "", "sampler")))).toBe(serialize(graph));
  });

  it("opens the stock sampler to a graph without problems", () => {
    const simple = placeAll(stock("txt2img-simple.json"), BUILTIN);
    const opened = done(expand(simple, "", "sampler"));
    expect(validate(opened, BUILTIN)).toEqual([]);
    expect(opened.definitions.size).toBe(0);
    expect(opened.nodes.get("noise")?.params.get("seed")).toBe(8);
    expect(opened.inputs.get("seed")?.to).toEqual(["noise.seed"]);
  });

  it("keeps a definition that another node uses", () => {
    const once = done(fold(graph, "", ["positive", "negative"], "part"));
    const part = once.nodes.get("part");
    if (!part) throw new Error("no part");
    const twice = { ...once, nodes: new Map([...once.nodes, ["other", part]]) };
    expect(done(expand(twice, "", "part")).definitions.has("part")).toBe(true);
  });

  it("is refused around what is left out, and where a port takes wires from both sides", () => {
    expect(refused(fold(graph, "", ["model", "pair"], "part"))).toContain("stands between");
    expect(refused(fold(graph, "", [], "part"))).toContain("Nothing");
    expect(refused(expand(graph, "", "pair"))).toContain("no definition");
  });

  it.each(STOCK)("of each pair of neighbours in %s round-trips", (name) => {
    const start = placeAll(stock(name), BUILTIN);
    const ids = [...start.nodes.keys()];
    for (const [at, id] of ids.entries()) {
      const made = fold(
        start,
        "",
        [id, ids[at + 1] ?? id].filter((one, n, all) => all.indexOf(one) === n),
        "part",
      );
      if ("refusal" in made) continue;
      expect(serialize(done(expand(made.document, "", made.ids[0] ?? "")))).toBe(serialize(start));
    }
  });
});

describe("public faces", () => {
  it("are made, widened and taken back", () => {
    const made = exposeInput(graph, "negative.skip_layers");
    expect(made.inputs.get("skip_layers")).toMatchObject({
      to: ["negative.skip_layers"],
      title: "Skip layers",
    });
    const wider = exposeInput(made, "positive.skip_layers", "skip_layers");
    expect(wider.inputs.get("skip_layers")?.to).toHaveLength(2);
    expect(validate(wider, BUILTIN)).toEqual([]);
    const back = unexposeInput(
      unexposeInput(wider, "positive.skip_layers"),
      "negative.skip_layers",
    );
    expect(serialize(back)).toBe(serialize(graph));
    expect(exposeOutput(graph, "denoise.latent").outputs.get("latent")).toBe("denoise.latent");
  });

  it("of a definition change with all that use it", () => {
    const simple = stock("txt2img-simple.json");
    const renamed = renameFace(
      renameFace(simple, "sampler", "input", "seed", "start"),
      "sampler",
      "output",
      "latent",
      "result",
    );
    expect(validate(renamed, BUILTIN)).toEqual([]);
    expect(renamed.nodes.get("sampler")?.params.get("start")).toBe(8);
    expect(renamed.inputs.get("seed")?.to).toEqual(["sampler.start"]);
    expect(renamed.nodes.get("decode")?.inputs.get("latent")).toBe("sampler.result");
    const bend = [{ x: 5, y: 6 }];
    const bent = addBend(
      addBend(simple, "sampler.input.latent", 0, { x: 5, y: 6 }),
      ".output.image",
      0,
      { x: 5, y: 6 },
    );
    const inner = renameFace(bent, "sampler", "input", "latent", "noise");
    const outer = renameFace(inner, "", "output", "image", "picture");
    expect(Object.fromEntries(bendsOf(outer))).toEqual({
      "sampler.input.noise": bend,
      ".output.picture": bend,
    });
    const removed = removeFace(simple, "sampler", "input", "steps");
    expect(validate(removed, BUILTIN)).toEqual([]);
    expect(removed.inputs.has("steps")).toBe(false);
  });
});

it("moving nothing changes nothing", () => {
  expect(serialize(moveNodes(graph, new Map()))).toBe(serialize(graph));
});
