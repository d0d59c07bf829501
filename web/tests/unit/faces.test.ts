// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { facesOf } from "../../src/canvas/faces.ts";
import { Picture } from "../../src/canvas/picture.ts";
import type { Sheet, Transform } from "../../src/canvas/sheet.ts";
import { toggleView } from "../../src/graph/commands/nodes.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { withNodeView } from "../../src/graph/view.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const graph = stock("txt2img.json");

describe("a card that is only drawn", () => {
  const geometry = geometryOf(typesOf(graph, BUILTIN));

  it("says its name, and that of every port that it has a row for", () => {
    const face = facesOf(geometry).face("decode");
    expect(face?.title).toBe("VAE Decode");
    const said = face?.words.map(({ text }) => text) ?? [];
    for (const { port } of geometry.shape("decode").handles)
      expect(said).toContain(port.replaceAll("_", " "));
  });

  it("keeps to its own size", () => {
    for (const id of geometry.types.scopes.nodes.keys()) {
      const { width, height } = geometry.shape(id);
      const face = facesOf(geometry).face(id);
      for (const { x, y } of face?.words ?? []) {
        expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
      }
      for (const well of face?.wells ?? []) {
        expect(well.x > 0 && well.x + well.width < width).toBe(true);
        expect(well.y > 0 && well.y + well.height < height).toBe(true);
      }
    }
  });

  it("has no place for the widget of a wired input", () => {
    const wells = (id: string): number => facesOf(geometry).face(id)?.wells.length ?? 0;
    const typed = geometry.shape("positive").rows.filter(({ widget }) => widget).length;
    expect(wells("positive")).toBe(typed);
    const node = geometry.types.scopes.nodes.get("predict");
    const rows = geometry.shape("predict").rows.filter(({ widget }) => widget);
    const wired = rows.filter(({ input }) => input !== null && node?.inputs.has(input)).length;
    expect(wells("predict")).toBe(rows.length - wired);
  });

  it("has the name that a person gave it, and one line when it is folded", () => {
    const named = withNodeView(graph, "decode", { title: "Out of the latent" });
    const folded = geometryOf(typesOf(toggleView(named, ["decode"], "collapsed"), BUILTIN));
    const face = facesOf(folded).face("decode");
    expect(face).toMatchObject({ title: "Out of the latent", also: "", folded: true, words: [] });
  });
});

describe("the picture of the graph", () => {
  const SIZE = { width: 400, height: 300 };
  const ALL = { left: -5000, top: -5000, right: 5000, bottom: 5000 };

  function picture(bounds = ALL): { readonly made: Picture; drawn: number[]; at: () => string } {
    const canvas = document.createElement("canvas");
    canvas.width = SIZE.width + 192;
    canvas.height = SIZE.height + 192;
    const pen = { setTransform: () => undefined, clearRect: () => undefined };
    canvas.getContext = (() => pen) as unknown as HTMLCanvasElement["getContext"];
    const drawn: number[] = [];
    const draw = (_: Sheet, zoom: number): void => void drawn.push(zoom);
    const made = new Picture(canvas, SIZE, bounds, draw);
    return { made, drawn, at: () => canvas.style.transform };
  }

  it("is moved, not drawn, while it reaches from edge to edge", () => {
    const { made, drawn, at } = picture();
    made.paint([0, 0, 0.3]);
    expect(made.follow([60, -40, 0.3])).toBe(true);
    expect(drawn).toEqual([0.3]);
    expect(at()).toContain("translate(60px, -40px)");
    made.follow([120, -40, 0.3]);
    expect(drawn).toHaveLength(2);
  });

  it("is drawn once for several turns that zoom out, and covers the view after each", () => {
    const { made, drawn } = picture();
    let view: Transform = [0, 0, 1];
    made.paint(view);
    for (let turn = 0; turn < 12; turn++) {
      const [x, y, zoom] = view;
      const by = 0.946;
      view = [200 + (x - 200) * by, 150 + (y - 150) * by, zoom * by];
      made.follow(view);
    }
    expect(drawn.length).toBeGreaterThan(1);
    expect(drawn.length).toBeLessThan(6);
  });

  it("is not drawn anew for a margin in which there is nothing", () => {
    const { made, drawn } = picture({ left: 0, top: 0, right: 300, bottom: 200 });
    made.paint([50, 50, 0.38]);
    made.follow([70, 60, 0.25]);
    expect(drawn).toHaveLength(1);
    expect(made.crisp).toBe(false);
    made.paint([70, 60, 0.25]);
    expect(made.crisp).toBe(true);
  });

  it("looks otherwise from afar at once", () => {
    const { made, drawn } = picture();
    made.paint([0, 0, 0.41]);
    made.follow([0, 0, 0.39]);
    expect(drawn).toEqual([0.41, 0.39]);
  });
});
