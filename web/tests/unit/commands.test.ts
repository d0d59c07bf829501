import { describe, expect, it } from "vitest";
import { canBypass } from "../../src/graph/bypass.ts";
import { disconnect, disconnectSource } from "../../src/graph/commands/cutting.ts";
import { align, distribute, moveNodes, nudge } from "../../src/graph/commands/moving.ts";
import {
  addNode,
  removeAndReconnect,
  removeNodes,
  renameNode,
  renameRefusal,
  setParam,
  toggleMode,
  toggleView,
} from "../../src/graph/commands/nodes.ts";
import {
  addBend,
  connect,
  fitOnWire,
  insertOnWire,
  moveWires,
} from "../../src/graph/commands/wiring.ts";
import { freshId, stemOf } from "../../src/graph/edit.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import { placeAll } from "../../src/graph/layout.ts";
import { BODY_CORNER } from "../../src/graph/measures.ts";
import type { Graph, GraphNode } from "../../src/graph/model.ts";
import { makePublicInput } from "../../src/graph/model.ts";
import type { PortTypes } from "../../src/graph/porttypes.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { validate } from "../../src/graph/validate.ts";
import {
  bendsOf,
  framesOf,
  isPinned,
  keptValue,
  positionOf,
  withFrame,
} from "../../src/graph/view.ts";
import { inputTarget, wiresOf } from "../../src/graph/wires.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const graph = placeAll(stock("txt2img.json"), BUILTIN);
const types = (made: Graph): PortTypes => typesOf(made, BUILTIN);
const node = (made: Graph, id: string): GraphNode => {
  const found = scopesOf(made).nodes.get(id);
  if (!found) throw new Error(`no node ${id}`);
  return found;
};
const codes = (made: Graph): readonly string[] =>
  validate(made, BUILTIN).map((one) => `${one.code} ${one.path}.${one.port}`);

describe("removing", () => {
  it("takes the wires, the public face and the view with it", () => {
    const framed = withFrame(graph, "f", { title: "", color: "", nodes: ["positive", "pair"] });
    const made = removeNodes(framed, ["positive"]);
    expect(serialize(made)).not.toContain('"positive');
    expect(made.inputs.has("prompt")).toBe(false);
    expect(framesOf(made).get("f")?.nodes).toEqual(["pair"]);
    expect(codes(made)).toEqual(["missing_input pair.cond"]);
  });

  it("takes a loop's body along, and leaves a carried value going on", () => {
    const made = removeNodes(graph, ["move"]);
    expect(node(made, "denoise").next.get("latent")).toBe("denoise.latent");
    expect(codes(made)).toEqual([]);
    expect(scopesOf(removeNodes(graph, ["denoise"])).nodes.has("predict")).toBe(false);
  });

  it("can wire around what it removes", () => {
    const made = removeAndReconnect(graph, types(graph), ["guide", "noise"]);
    expect(node(made, "move").inputs.get("prediction")).toBe("predict.prediction");
    expect(node(made, "denoise").inputs.get("latent")).toBe("empty.latent");
    expect(node(made, "denoise").inputs.get("solver")).toBe("schedule.solver");
    expect(codes(made)).toEqual([]);
  });
});

describe("renaming", () => {
  it("changes every mention and nothing else", () => {
    const bent = addBend(graph, "decode.input.latent", 0, { x: 1, y: 2 });
    const made = renameNode(renameNode(bent, "denoise", "loop"), "decode", "constructor");
    expect(serialize(made)).not.toMatch(/"denoise|"decode/);
    expect(codes(made)).toEqual([]);
    expect(bendsOf(made).get("constructor.input.latent")).toEqual([{ x: 1, y: 2 }]);
    const back = renameNode(renameNode(made, "loop", "denoise"), "constructor", "decode");
    expect(serialize(back)).toBe(serialize(bent));
  });

  it("is refused with a sentence", () => {
    expect(renameRefusal(graph, "pair", "model")).toContain("already");
    expect(renameRefusal(graph, "pair", "predict")).toContain("already");
    expect(renameRefusal(graph, "pair", "9")).toContain("cannot be an id");
    expect(renameNode(graph, "pair", "model")).toBe(graph);
  });
});

describe("values and wires", () => {
  it("keeps a typed value while a wire stands in for it", () => {
    const typed = setParam(graph, "guide", "scale", 6);
    const fresh = addNode(typed, { id: "n", type: "Number" });
    const target = inputTarget("guide", "scale");
    const free = {
      ...fresh,
      inputs: new Map([...fresh.inputs].filter(([name]) => name !== "guidance")),
    };
    const wired = connect(free, types(free), { source: "n.value", target });
    expect(node(wired, "guide").params.has("scale")).toBe(false);
    expect(keptValue(wired, "guide", "scale")).toBe(6);
    expect(codes(wired)).toEqual([]);
    expect(serialize(disconnect(wired, target))).toBe(serialize(free));
    expect(node(disconnectSource(wired, "n.value"), "guide").params.get("scale")).toBe(6);
    expect(node(removeNodes(wired, ["n"]), "guide").params.get("scale")).toBe(6);
    const changed = disconnect(setParam(wired, "guide", "scale", 9), target);
    expect(node(changed, "guide").params.get("scale")).toBe(9);
  });

  it("makes a loop whole whatever is cut", () => {
    for (const { target } of wiresOf(graph)) {
      const made = disconnect(graph, target);
      expect(wiresOf(made).length).toBe(wiresOf(graph).length - (target.kind === "next" ? 0 : 1));
      expect(
        codes(made).every(
          (code) => code.startsWith("missing_input") || code.startsWith("no_outputs"),
        ),
      ).toBe(true);
    }
  });

  it("moves all wires of an output at once", () => {
    const made = moveWires(graph, types(graph), "positive.conditioning", "negative.conditioning");
    expect(node(made, "pair").inputs.get("cond")).toBe("negative.conditioning");
  });

  it("puts a node on a wire, in the body where it is read", () => {
    const target = inputTarget("move", "prediction");
    const ports = fitOnWire(graph, types(graph), "CFGCombine", target);
    expect(ports).toEqual({ input: "prediction", output: "prediction" });
    expect(fitOnWire(graph, types(graph), "VAEDecode", target)).toBeNull();
    const added = addNode(graph, { id: "again", type: "CFGCombine", scope: "denoise" });
    const made = insertOnWire(
      added,
      types(added),
      "again",
      target,
      ports ?? { input: "", output: "" },
    );
    expect(node(made, "again").inputs.get("prediction")).toBe("guide.prediction");
    expect(node(made, "move").inputs.get("prediction")).toBe("again.prediction");
    expect(codes(made)).toEqual([]);
  });
});

describe("modes", () => {
  it("toggle for all of a selection", () => {
    const muted = toggleMode(toggleMode(graph, ["save"], "mute"), ["save", "decode"], "mute");
    expect([node(muted, "save").mode, node(muted, "decode").mode]).toEqual(["mute", "mute"]);
    expect(serialize(toggleMode(muted, ["save", "decode"], "mute"))).toBe(serialize(graph));
    expect(
      serialize(toggleView(toggleView(graph, ["save"], "collapsed"), ["save"], "collapsed")),
    ).toBe(serialize(graph));
  });

  it("bypass where types allow only", () => {
    expect(canBypass(types(graph), "guide")).toBe(true);
    expect(canBypass(types(graph), "denoise")).toBe(true);
    expect(canBypass(types(graph), "decode")).toBe(false);
    expect(canBypass(types(graph), "save")).toBe(false);
  });
});

describe("moving", () => {
  it("keeps pinned nodes, and grows a frame to the left and up", () => {
    const pinned = toggleView(graph, ["model"], "pinned");
    expect(isPinned(pinned, "model")).toBe(true);
    expect(moveNodes(pinned, new Map([["model", { x: 9, y: 9 }]]))).toEqual(pinned);
    const before = geometryOf(types(graph)).absolute("guide");
    const made = moveNodes(graph, new Map([["predict", { x: 0, y: 0 }]]));
    expect(positionOf(made, "predict")).toEqual(BODY_CORNER);
    expect(geometryOf(types(made)).absolute("guide")).toEqual(before);
  });

  it("nudges a loop once, not its body twice", () => {
    const made = nudge(graph, ["denoise", "predict"], { x: 10, y: 0 });
    expect(positionOf(made, "predict")).toEqual(positionOf(graph, "predict"));
    expect(positionOf(made, "denoise")?.x).toBe((positionOf(graph, "denoise")?.x ?? 0) + 10);
  });

  it("aligns and distributes", () => {
    const geometry = geometryOf(types(graph));
    const ids = ["positive", "negative", "model"];
    const made = align(graph, geometry, ids, "left");
    expect(new Set(ids.map((id) => positionOf(made, id)?.x)).size).toBe(1);
    const spread = distribute(made, geometryOf(types(made)), ids, "y");
    const boxes = ids
      .map((id) => ({ y: positionOf(spread, id)?.y ?? 0, height: geometry.shape(id).height }))
      .sort((a, b) => a.y - b.y);
    const gaps = boxes
      .slice(1)
      .map((box, at) => box.y - (boxes[at]?.y ?? 0) - (boxes[at]?.height ?? 0));
    expect(Math.abs((gaps[0] ?? 0) - (gaps[1] ?? 0))).toBeLessThanOrEqual(1);
  });
});

describe("ids", () => {
  it("are made of the type's words and never taken twice", () => {
    expect(["VAEDecode", "UNetDenoise", "pack:MyNode", "CFGCombine"].map(stemOf)).toEqual([
      "vae_decode",
      "unet_denoise",
      "my_node",
      "cfg_combine",
    ]);
    expect(freshId(graph, "model")).toBe("model_2");
    expect(freshId(graph, "predict")).toBe("predict_2");
    expect(
      freshId(
        { ...graph, inputs: new Map([["x", makePublicInput({ to: ["a.b"] })]]) },
        "x".repeat(70),
      ),
    ).toMatch(/^node/);
  });
});
