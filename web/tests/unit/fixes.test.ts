import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/graph/errors.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { validate } from "../../src/graph/validate.ts";
import { fixesFor } from "../../src/panels/fixes.ts";
import { BUILTIN, graphOf, stock } from "./fixtures.ts";

const LISTS = new Map([["models", ["demo"]]]);
const check = (graph: Graph): readonly Problem[] =>
  validate(graph, BUILTIN, { lists: LISTS, ready: true });

/** The graph after the first click that is offered for its first problem of that code. */
function mended(graph: Graph, code: string): Graph {
  const types = typesOf(graph, BUILTIN);
  const found = check(graph).find((one) => one.code === code);
  if (!found) throw new Error(`There is no problem ${code}.`);
  const [fix] = fixesFor(types, found.path, found);
  if (!fix) throw new Error(`Nothing is offered against ${code}.`);
  return fix.command(graph, types);
}

const MODEL = { type: "LoadModel", params: { model: "demo" } };
const OUT = { outputs: { image: "decode.image" } };

describe("one click", () => {
  it("inserts the converter between a latent and an image", () => {
    const graph = graphOf({
      model: MODEL,
      empty: { type: "EmptyLatent", inputs: { vae: "model.vae" } },
      save: { type: "SaveImage", inputs: { image: "empty.latent" } },
    });
    const after = mended(graph, "port_type_mismatch");
    expect([...after.nodes.values()].map((node) => node.type)).toContain("VAEDecode");
    expect(check(after).some((one) => one.code === "port_type_mismatch")).toBe(false);
  });

  it("wires a missing input, sets the nearest number, and takes the nearest name", () => {
    const missing = graphOf(
      {
        model: MODEL,
        empty: { type: "EmptyLatent" },
        decode: { type: "VAEDecode", inputs: { latent: "empty.latent" } },
      },
      OUT,
    );
    expect(mended(missing, "missing_input").nodes.get("decode")?.inputs.get("vae")).toBe(
      "model.vae",
    );
    const odd = graphOf(
      {
        model: MODEL,
        empty: { type: "EmptyLatent", params: { width: 510 } },
        decode: { type: "VAEDecode", inputs: { latent: "empty.latent", vae: "model.vae" } },
      },
      OUT,
    );
    expect(mended(odd, "not_multiple_of").nodes.get("empty")?.params.get("width")).toBe(512);
    const misnamed = graphOf(
      {
        model: MODEL,
        empty: { type: "EmptyLatent", params: { widht: 512 } },
        decode: { type: "VAEDecode", inputs: { latent: "empty.latent", vae: "model.vae" } },
      },
      OUT,
    );
    expect(mended(misnamed, "unknown_input").nodes.get("empty")?.params.get("width")).toBe(512);
    const typo = graphOf(
      {
        model: { type: "LoadModle", params: { model: "demo" } },
        decode: { type: "VAEDecode", inputs: { latent: "empty.latent", vae: "model.vae" } },
        empty: { type: "EmptyLatent" },
      },
      OUT,
    );
    expect(mended(typo, "unknown_node_type").nodes.get("model")?.type).toBe("LoadModel");
  });

  it("chooses a model that is there, and gives a graph an output", () => {
    const graph = stock("txt2img.json");
    const model = graph.nodes.get("model");
    if (!model) throw new Error("The template has no model.");
    const lost = {
      ...graph,
      nodes: new Map(graph.nodes).set("model", { ...model, params: new Map([["model", "demoo"]]) }),
    };
    expect(mended(lost, "unknown_model").nodes.get("model")?.params.get("model")).toBe("demo");
    const blind = graphOf({
      model: MODEL,
      empty: { type: "EmptyLatent", inputs: { vae: "model.vae" } },
    });
    expect([...mended(blind, "no_outputs").outputs.values()]).toEqual(["empty.latent"]);
  });

  it("never leaves a graph with more problems than it had", () => {
    for (const name of ["txt2img.json", "guidance-curve.json", "seed-grid.json"]) {
      const graph = stock(name);
      for (const id of graph.nodes.keys()) {
        const without = {
          ...graph,
          nodes: new Map([...graph.nodes].filter(([known]) => known !== id)),
        };
        const types = typesOf(without, BUILTIN);
        const before = check(without);
        for (const found of before) {
          for (const fix of fixesFor(types, found.path, found))
            expect(check(fix.command(without, types)).length).toBeLessThanOrEqual(
              before.length + 1,
            );
        }
      }
    }
  });
});
