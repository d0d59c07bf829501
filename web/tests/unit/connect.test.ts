import { describe, expect, it } from "vitest";
import { connect, applyFix } from "../../src/graph/commands/wiring.ts";
import { canConnect } from "../../src/graph/connect.ts";
import type { Connection, Refusal } from "../../src/graph/connect.ts";
import type { Json } from "../../src/graph/json.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { validate } from "../../src/graph/validate.ts";
import type { TargetKind } from "../../src/graph/wires.ts";
import { inputTarget } from "../../src/graph/wires.ts";
import { BUILTIN, SMALL, graphOf, stock } from "./fixtures.ts";

function wire(source: string, to: string, kind: TargetKind = "input"): Connection {
  const [node = "", port = ""] = to.split(".");
  return { source, target: { kind, node, port } };
}

const small = (nodes: Record<string, Json>): Graph => graphOf({ s: { type: "Start" }, ...nodes });
const say = (graph: Graph, connection: Connection): Refusal | null =>
  canConnect(graph, SMALL, connection);

describe("a wire between declared nodes", () => {
  const graph = small({
    a: { type: "Add", inputs: { num: "s.num" } },
    b: { type: "Add", inputs: { num: "a.num" } },
    big: { type: "Grow", inputs: { num: "s.num" } },
    total: { type: "Total", inputs: { nums: ["s.num", "a.num"] } },
    split: { type: "Split", inputs: { num: "s.num" } },
  });

  it("may go where its type or a base of it is wanted, also where there is one already", () => {
    expect(say(graph, wire("s.num", "b.other"))).toBeNull();
    expect(say(graph, wire("s.num", "b.num"))).toBeNull();
    expect(say(graph, wire("split.num", "total.nums"))).toBeNull();
  });

  it("is refused with both types named, and with the node that converts", () => {
    const refusal = canConnect(
      stock("txt2img.json"),
      BUILTIN,
      wire("decode.image", "decode.latent"),
    );
    expect(refusal?.message).toBe("latent wants a Latent, this is an Image: insert VAEEncode?");
    expect(refusal?.fix).toMatchObject({ type: "VAEEncode", input: "image", output: "latent" });
    expect(say(graph, wire("split.num", "a.num"))?.message).toBe(
      "num wants a Num, this is a list of Num.",
    );
  });

  it("is refused where it closes a circle, with the path", () => {
    const refusal = say(graph, wire("b.num", "a.other"));
    expect(refusal?.code).toBe("cycle");
    expect(refusal?.message).toContain("b -> a -> b");
    expect(say(graph, wire("a.num", "a.num"))?.message).toContain("a -> a");
  });

  it("is refused at a port that is not there, with the nearest", () => {
    expect(say(graph, wire("s.num", "a.nun"))?.message).toBe(
      "Add has no input 'nun'. Did you mean 'num'?",
    );
    expect(say(graph, wire("s.nom", "a.num"))?.code).toBe("unknown_port");
    expect(say(graph, wire("nobody.num", "a.num"))?.code).toBe("dangling_edge");
  });

  it("is refused where a public input sets the port, and the fix takes it out", () => {
    const open = graphOf(
      {
        s: { type: "Start" },
        t: { type: "Start" },
        n: { type: "Measure", inputs: { num: "s.num" } },
      },
      { inputs: { x: { to: ["t.x"] } } },
    );
    const refusal = canConnect(open, SMALL, wire("n.value", "t.x"));
    expect(refusal?.code).toBe("input_already_linked");
    if (!refusal?.fix) throw new Error("no fix");
    const made = applyFix(open, typesOf(open, SMALL), wire("n.value", "t.x"), refusal.fix);
    expect(made.inputs.size).toBe(0);
  });

  it("may go to and from a node of unknown type", () => {
    const odd = small({ o: { type: "pack:Odd", inputs: { x: "s.num" } }, a: { type: "Add" } });
    expect(say(odd, wire("s.num", "o.y"))).toBeNull();
    expect(say(odd, wire("o.z", "a.num"))).toBeNull();
  });
});

describe("a wire into and out of a body", () => {
  const graph = stock("txt2img.json");
  const ask = (connection: Connection): Refusal | null => canConnect(graph, BUILTIN, connection);

  it("may come in from outside, but not out past the rail", () => {
    expect(ask(wire("noise.latent", "predict.latent"))).toBeNull();
    const refusal = ask(wire("move.latent", "decode.latent"));
    expect(refusal?.code).toBe("leaves_body");
    expect(refusal?.message).toContain("right rail of 'denoise'");
  });

  it("has item and index inside only", () => {
    expect(ask(wire("denoise.item", "predict.step"))).toBeNull();
    expect(ask(wire("denoise.index", "save.image"))?.code).toBe("leaves_body");
  });

  it("knows the two sides of a carried value apart", () => {
    const inside = { ...wire("denoise.latent", "decode.latent"), side: "inside" as const };
    expect(ask(inside)?.message).toContain("exists only during a turn");
    const outside = { ...wire("denoise.latent", "predict.latent"), side: "outside" as const };
    expect(ask(outside)?.message).toContain("after the last turn");
  });

  it("carries on only what fits the start", () => {
    expect(ask(wire("clean.latent", "denoise.latent", "next"))).toBeNull();
    expect(ask(wire("guide.prediction", "denoise.latent", "next"))?.message).toContain(
      "starts as a Latent",
    );
    expect(ask(wire("pair.conditioning", "denoise.latent"))?.message).toContain(
      "each turn gives 'latent'",
    );
    expect(ask(wire("guide.prediction", "denoise.predictions", "collect"))).toBeNull();
    expect(ask(wire("guide.prediction", "denoise.item", "collect"))?.code).toBe("bad_id");
  });

  it("closes no circle through a body unseen", () => {
    expect(ask(wire("decode.image", "denoise.over"))?.code).toBe("port_type_mismatch");
    expect(ask(wire("denoise.latent", "noise.noise"))?.message).toContain(
      "denoise -> noise -> denoise",
    );
  });

  it("of a Switch has the type of the other cases", () => {
    const odd = small({
      a: { type: "Grow", inputs: { num: "s.num" } },
      w: { type: "Switch", params: { on: true }, inputs: { true: "s.num" } },
    });
    expect(say(odd, wire("s.num", "w.false"))).toBeNull();
    expect(say(odd, wire("a.big", "w.false"))?.message).toContain("the other cases are a Num");
    expect(say(odd, wire("a.big", "w.true"))).toBeNull();
    expect(say(odd, wire("a.big", "w.on"))?.message).toContain("on wants true or false");
  });
});

describe("drawing it", () => {
  const draw = (graph: Graph, connection: Connection): Graph =>
    connect(graph, typesOf(graph, BUILTIN), connection);

  it("inserts what a refused wire offered", () => {
    const graph = stock("img2img.json");
    const asked = wire("load.image", "noise.latent");
    const types = typesOf(graph, BUILTIN);
    const refusal = canConnect(graph, BUILTIN, {
      ...asked,
      source: "decode.image",
      target: inputTarget("save", "image"),
    });
    expect(refusal).toBeNull();
    const source = [...graph.nodes].find(([, node]) => node.type === "LoadImage")?.[0] ?? "";
    const needed = canConnect(graph, BUILTIN, wire(`${source}.image`, "noise.latent"));
    if (!needed?.fix) throw new Error("no fix");
    const made = applyFix(graph, types, wire(`${source}.image`, "noise.latent"), needed.fix);
    expect(made.nodes.get("vae_encode")?.inputs.get("image")).toBe(`${source}.image`);
    expect(made.nodes.get("noise")?.inputs.get("latent")).toBe("vae_encode.latent");
  });

  it("begins a carried value on the new row, whole from the start", () => {
    const graph = stock("txt2img.json");
    const made = draw(graph, wire("noise.noise", "denoise.+"));
    const loop = made.nodes.get("denoise");
    expect(loop?.inputs.get("noise")).toBe("noise.noise");
    expect(loop?.next.get("noise")).toBe("denoise.noise");
    expect(validate(made, BUILTIN)).toEqual([]);
  });

  it("adds to a port that takes many, and replaces one of them", () => {
    const graph = stock("txt2img.json");
    const residuals = (made: Graph): unknown =>
      made.nodes.get("denoise")?.body?.get("predict")?.inputs.get("residuals");
    const odd = draw(graph, wire("pair.conditioning", "predict.residuals"));
    const two = draw(odd, wire("model.unet", "predict.residuals"));
    expect(residuals(two)).toEqual(["pair.conditioning", "model.unet"]);
    const replaced = draw(two, {
      source: "empty.latent",
      target: inputTarget("predict", "residuals", 0),
    });
    expect(residuals(replaced)).toEqual(["empty.latent", "model.unet"]);
  });
});
