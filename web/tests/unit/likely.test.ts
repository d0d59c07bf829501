import { describe, expect, it } from "vitest";
import { addNode } from "../../src/graph/commands/nodes.ts";
import { connect } from "../../src/graph/commands/wiring.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import { BODY_CORNER } from "../../src/graph/measures.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { providerPlace } from "../../src/graph/providing.ts";
import { roomFor } from "../../src/graph/room.ts";
import { placeAll } from "../../src/graph/layout.ts";
import { inputTarget } from "../../src/graph/wires.ts";
import { sourcesFor } from "../../src/widgets/sources.ts";
import { BUILTIN, stock } from "./fixtures.ts";

/** The open loop with a ControlNet that nothing but its UNet knows of. */
function withControl(): Graph {
  const graph = addNode(stock("txt2img.json"), {
    id: "follow",
    type: "ControlNet",
    scope: "denoise",
  });
  return connect(graph, typesOf(graph, BUILTIN), {
    source: "follow.residuals",
    target: inputTarget("predict", "residuals"),
  });
}

const first = (graph: Graph, node: string, port: string): string | undefined =>
  sourcesFor(typesOf(graph, BUILTIN), inputTarget(node, port)).find(
    ({ refusal }) => refusal === null,
  )?.wire;

describe("what is offered first for an input", () => {
  it("is what the node takes there that this one works for", () => {
    const graph = withControl();
    expect(first(graph, "follow", "latent")).toBe("denoise.latent");
    expect(first(graph, "follow", "step")).toBe("denoise.item");
    expect(first(graph, "follow", "conditioning")).toBe("pair.conditioning");
  });

  it("is the carried value of the loop, before what was there before it", () => {
    const graph = addNode(stock("txt2img.json"), {
      id: "resize",
      type: "LatentResize",
      scope: "denoise",
    });
    expect(first(graph, "resize", "latent")).toBe("denoise.latent");
  });
});

describe("room for a new card", () => {
  const graph = placeAll(withControl(), BUILTIN);
  const geometry = geometryOf(typesOf(graph, BUILTIN));
  const overlap = (
    a: { x: number; y: number; width: number; height: number },
    b: { x: number; y: number; width: number; height: number },
  ): boolean =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  it("covers no neighbour, and stays where it was dropped where nothing is in the way", () => {
    const size = { width: 240, height: 180 };
    for (const [id, home] of geometry.types.scopes.scope) {
      const found = { ...roomFor(geometry, home, geometry.place(id), size), ...size };
      for (const [other, scope] of geometry.types.scopes.scope) {
        if (scope !== home) continue;
        const box = { ...geometry.place(other), ...geometry.shape(other) };
        expect(overlap(found, box), `${id} over ${other}`).toBe(false);
      }
    }
    const far = { x: 9_000, y: 9_000 };
    expect(roomFor(geometry, "", far, size)).toEqual(far);
  });

  it("never pushes a loop's frame to the left or up", () => {
    const found = roomFor(geometry, "denoise", { x: -80, y: -80 }, { width: 10, height: 10 });
    expect(found.x).toBe(BODY_CORNER.x);
    expect(found.y).toBeGreaterThanOrEqual(BODY_CORNER.y);
  });

  it("for what a node in a loop needs is below the frame", () => {
    const frame = { ...geometry.absolute("denoise"), ...geometry.shape("denoise") };
    expect(providerPlace(geometry, "follow").y).toBeGreaterThan(frame.y + frame.height);
    expect(providerPlace(geometry, "decode").x).toBeLessThan(geometry.absolute("decode").x);
  });
});
