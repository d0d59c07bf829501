import { describe, expect, it } from "vitest";
import { branchFrom } from "../../src/graph/commands/branching.ts";
import type { Outcome } from "../../src/graph/commands/loops.ts";
import {
  moveInto,
  removeCarried,
  renameCarried,
  unwrapLoop,
  wrapInLoop,
} from "../../src/graph/commands/loops.ts";
import { addNode } from "../../src/graph/commands/nodes.ts";
import { addBend } from "../../src/graph/commands/wiring.ts";
import { placeAll } from "../../src/graph/layout.ts";
import type { Graph, GraphNode } from "../../src/graph/model.ts";
import type { PortTypes } from "../../src/graph/porttypes.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import { validate } from "../../src/graph/validate.ts";
import { bendsOf, keptValue, withKept } from "../../src/graph/view.ts";
import { seedMode, setSeedMode } from "../../src/widgets/seeds.ts";
import { BUILTIN, graphOf, stock } from "./fixtures.ts";

const types = (graph: Graph): PortTypes => typesOf(graph, BUILTIN);
const done = (outcome: Outcome): Graph => {
  if ("refusal" in outcome) throw new Error(outcome.refusal);
  return outcome.graph;
};
const refused = (outcome: Outcome): string => ("refusal" in outcome ? outcome.refusal : "");
const node = (graph: Graph, id: string): GraphNode => {
  const found = scopesOf(graph).nodes.get(id);
  if (!found) throw new Error(`no node ${id}`);
  return found;
};
const codes = (graph: Graph): readonly string[] =>
  validate(graph, BUILTIN).map((one) => `${one.code} ${one.path}.${one.port}`);
const graph = placeAll(stock("txt2img.json"), BUILTIN);

describe("wrapping in a loop", () => {
  const chain = graphOf(
    {
      a: { type: "Number", params: { value: 2 } },
      b: { type: "Math", params: { b: 3 }, inputs: { a: "a.value" } },
      c: { type: "Math", params: { b: 1 }, inputs: { a: "b.value" } },
      d: { type: "Math", params: { b: 5 }, inputs: { a: "c.value" } },
    },
    { outputs: { o: "d.value" } },
  );

  it("carries what comes in and goes out with one type", () => {
    const made = done(wrapInLoop(chain, types(chain), ["b", "c"], { id: "loop", kind: "Repeat" }));
    const loop = node(made, "loop");
    expect([...made.nodes.keys()]).toEqual(["a", "loop", "d"]);
    expect(loop.inputs.get("value")).toBe("a.value");
    expect(loop.next.get("value")).toBe("c.value");
    expect(node(made, "b").inputs.get("a")).toBe("loop.value");
    expect(node(made, "d").inputs.get("a")).toBe("loop.value");
    expect(codes(made)).toEqual([]);
  });

  it("collects in a Map", () => {
    const made = done(wrapInLoop(chain, types(chain), ["b", "c"], { id: "each", kind: "Map" }));
    expect(node(made, "each").collect.get("value")).toBe("c.value");
    expect(codes(made)).toEqual(["port_type_mismatch d.a"]);
  });

  it("is undone by taking the loop away", () => {
    const made = done(wrapInLoop(chain, types(chain), ["b", "c"], { id: "loop", kind: "Repeat" }));
    const back = done(unwrapLoop(made, "loop"));
    expect([...back.nodes]).toEqual([...chain.nodes]);
  });

  it("is refused around a node that is left out, and over two bodies", () => {
    expect(
      refused(wrapInLoop(chain, types(chain), ["b", "d"], { id: "l", kind: "Repeat" })),
    ).toContain("'c' stands between");
    expect(
      refused(wrapInLoop(graph, types(graph), ["pair", "guide"], { id: "l", kind: "Map" })),
    ).toContain("different bodies");
  });
});

describe("moving in and out of a body", () => {
  it("keeps the wires that mean the same", () => {
    const outcome = moveInto(graph, types(graph), ["pair"], "denoise");
    expect(outcome).toMatchObject({ cut: [] });
    expect(node(done(outcome), "predict").inputs.get("conditioning")).toBe("pair.conditioning");
    expect(codes(done(outcome))).toEqual([]);
  });

  it("cuts and names what the outside cannot see, or would read another value", () => {
    const out = moveInto(graph, types(graph), ["clean"], "");
    const cut = "cut" in out ? [...out.cut].sort() : [];
    expect(cut).toEqual(["denoise.item", "denoise.latent", "guide.prediction"]);
    const into = moveInto(graph, types(graph), ["decode"], "denoise");
    expect("cut" in into && into.cut).toContain("decode.image");
    expect(scopesOf(done(into)).home("decode")).toBe("denoise");
  });

  it("never closes a circle", () => {
    const made = addNode(graph, {
      id: "n",
      type: "LatentResize",
      inputs: new Map([["latent", "denoise.latent"]]),
    });
    const outcome = moveInto(made, types(made), ["n"], "denoise");
    expect(codes(done(outcome)).some((code) => code.startsWith("cycle"))).toBe(false);
  });

  it("is refused into itself", () => {
    expect(refused(moveInto(graph, types(graph), ["denoise"], "denoise"))).toContain(
      "its own body",
    );
    expect(refused(moveInto(graph, types(graph), ["pair"], "model"))).toContain("no body");
  });
});

describe("carried values", () => {
  it("are renamed wherever they are read", () => {
    const made = renameCarried(graph, "denoise", "latent", "picture");
    expect(codes(made)).toEqual([]);
    expect(node(made, "decode").inputs.get("latent")).toBe("denoise.picture");
    expect(renameCarried(graph, "denoise", "latent", "solver")).toBe(graph);
    expect(renameCarried(graph, "denoise", "latent", "item")).toBe(graph);
  });

  it("take the bends of their wires, typed values and seeds along under a new name", () => {
    const bend = [{ x: 3, y: 4 }];
    let bent = graph;
    for (const key of ["denoise.input.latent", "denoise.next.latent", "decode.input.latent"]) {
      bent = addBend(bent, key, 0, { x: 3, y: 4 });
    }
    bent = setSeedMode(withKept(bent, "denoise", "latent", 7), "denoise", "latent", "random");
    const made = renameCarried(bent, "denoise", "latent", "picture");
    expect(Object.fromEntries(bendsOf(made))).toEqual({
      "denoise.input.picture": bend,
      "denoise.next.picture": bend,
      "decode.input.latent": bend,
    });
    expect(keptValue(made, "denoise", "picture")).toBe(7);
    expect(seedMode(made, "denoise", "picture")).toBe("random");
    expect(renameCarried(made, "denoise", "picture", "latent").view).toEqual(bent.view);
  });

  it("are taken out with what read them", () => {
    const made = removeCarried(graph, "denoise", "latent");
    expect(node(made, "denoise").next.has("latent")).toBe(false);
    expect(codes(made)).toContain("missing_input decode.latent");
  });
});

describe("branch from step k", () => {
  const free = {
    ...graph,
    inputs: new Map([...graph.inputs].filter(([name]) => name !== "guidance")),
  };
  const ask = (
    port: string,
    after: { value: string | number } | { wire: string },
    id = "guide",
  ): Outcome => branchFrom(free, types(free), { loop: "denoise", node: id, port, at: 12, after });

  it("of a number puts in a From", () => {
    const made = done(ask("scale", { value: 1.5 }));
    const from = node(made, "scale_from");
    expect(from.type).toBe("From");
    expect(Object.fromEntries(from.params)).toEqual({
      at: 12,
      before: node(graph, "guide").params.get("scale"),
      after: 1.5,
    });
    expect(from.inputs.get("index")).toBe("denoise.index");
    expect(node(made, "guide").inputs.get("scale")).toBe("scale_from.value");
    expect(scopesOf(made).home("scale_from")).toBe("denoise");
    expect(codes(made)).toEqual([]);
  });

  it("of anything else puts in a Switch on index >= at", () => {
    const made = done(ask("conditioning", { wire: "positive.conditioning" }, "predict"));
    expect(Object.fromEntries(node(made, "conditioning_from").inputs)).toEqual({
      on: "late.value",
      true: "positive.conditioning",
      false: "pair.conditioning",
    });
    expect(Object.fromEntries(node(made, "late").params)).toEqual({ op: ">=", b: 12 });
    expect(codes(made)).toEqual([]);
  });

  it("may be done twice, later steps over earlier ones", () => {
    const once = done(ask("scale", { value: 2 }));
    const twice = done(
      branchFrom(once, types(once), {
        loop: "denoise",
        node: "guide",
        port: "scale",
        at: 16,
        after: { value: 1 },
      }),
    );
    expect(node(twice, "scale_from_2").inputs.get("before")).toBe("scale_from.value");
    expect(codes(twice)).toEqual([]);
  });

  it("leaves a public input what it set: now the value before the turn", () => {
    const after = { value: 1 };
    const asked = { loop: "denoise", node: "guide", port: "scale", at: 12, after };
    const made = done(branchFrom(graph, types(graph), asked));
    expect(made.inputs.get("guidance")?.to).toEqual(["scale_from.before"]);
    expect(node(made, "scale_from").params.get("before")).toBe(4);
    expect(codes(made)).toEqual([]);
  });

  it("is refused with a sentence where it means nothing", () => {
    expect(refused(ask("text", { value: "x" }, "positive"))).toContain(
      "does not stand in 'denoise'",
    );
    expect(refused(ask("nothing", { value: 1 }))).toContain("no single input");
  });
});
