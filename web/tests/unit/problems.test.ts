import { describe, expect, it } from "vitest";
import { nearest, problem } from "../../src/graph/errors.ts";
import { marksAt, merged, sentence, spotOf } from "../../src/graph/problems.ts";
import { stock } from "./fixtures.ts";

const simple = stock("txt2img-simple.json");

describe("where a problem is shown", () => {
  it.each([
    ["decode", { place: "", node: "decode" }],
    ["", { place: "", node: "" }],
    ["definitions.sampler.predict", { place: "sampler", node: "predict" }],
    ["definitions.sampler", { place: "sampler", node: "" }],
    ["sampler/predict", { place: "sampler", node: "predict" }],
    ["nobody/predict", { place: "", node: "nobody" }],
  ])("of '%s' is %j", (path, spot) => {
    expect(spotOf(simple, path)).toEqual(spot);
  });

  it("is its node and field, and the node that uses the definition it is in", () => {
    const problems = [
      problem("wrong_type", "wants a text.", "positive", "text"),
      problem("missing_input", "needs a wire.", "sampler/predict", "unet"),
      problem("no_outputs", "has no outputs."),
    ];
    const top = marksAt(simple, "", problems);
    expect([...top.byNode.keys()]).toEqual(["positive", "sampler", ""]);
    expect([...top.byPort.keys()]).toEqual(["positive.text"]);
    expect([...marksAt(simple, "sampler", problems).byPort.keys()]).toEqual(["predict.unet"]);
  });

  it("is said once, whoever found it", () => {
    const ours = [problem("cycle", "a -> b", "a")];
    const theirs = [
      problem("cycle", "a -> b", "a"),
      problem("unknown_model", "no model", "m", "model", "There are: demo."),
    ];
    expect(merged(ours, theirs).map(sentence)).toEqual([
      "a: a -> b",
      "m.model: no model There are: demo.",
    ]);
  });
});

describe("the nearest name", () => {
  it.each([
    ["stps", ["seed", "steps", "step_count"], "steps"],
    ["unet_denoise", ["UNetDenoise", "UNet"], "UNetDenoise"],
    ["zzz", ["steps"], ""],
    ["", ["a"], ""],
  ])("to '%s' among %j is '%s'", (name, known, wanted) => {
    expect(nearest(name, known)).toBe(wanted === "" ? "" : `Did you mean '${wanted}'?`);
  });
});
