import { describe, expect, it } from "vitest";
import { setParam } from "../../../src/graph/commands/nodes.ts";
import type { Graph } from "../../../src/graph/model.ts";
import { typesOf } from "../../../src/graph/porttypes.ts";
import type { PortTypes } from "../../../src/graph/porttypes.ts";
import { coloursOf, maskIn, paintSize, pixelsFor } from "../../../src/mask/colours.ts";
import { beneathOf, maskWireOf, sizeIn, subjectOf } from "../../../src/mask/subject.ts";
import type { Subject } from "../../../src/mask/subject.ts";
import { BUILTIN, STOCK, graphOf, stock } from "../fixtures.ts";

const typed = (graph: Graph): PortTypes => typesOf(graph, BUILTIN, "");
const PICTURE = `sha256:${"ab".repeat(32)}`;

describe("a picture input", () => {
  it("is painted where its file becomes a mask: in every inpainting template", () => {
    const found = STOCK.filter((name) => {
      const types = typed(stock(name));
      return [...types.scopes.nodes.keys()].some((id) => subjectOf(types, `${id}.image`));
    });
    expect(found).toEqual([
      "inpaint-4.json",
      "inpaint-9.json",
      "inpaint-crop.json",
      "inpaint-soft.json",
    ]);
  });

  it("is read as the node's channel and invert say", () => {
    const plain = stock("inpaint-4.json");
    const subject = (graph: Graph): Subject | null => subjectOf(typed(graph), "hole.image");
    expect(subject(plain)).toEqual({ kind: "mask", channel: "grey", inverted: false });
    const turned = setParam(setParam(plain, "hole", "channel", "alpha"), "hole", "invert", true);
    expect(subject(turned)).toEqual({ kind: "mask", channel: "alpha", inverted: true });
  });

  it("of a picture is one where somebody reads that picture's mask", () => {
    const nodes = { picture: { type: "LoadImage" } };
    const alone = graphOf(nodes);
    expect(subjectOf(typed(alone), "picture.image")).toBeNull();
    const read = graphOf({
      ...nodes,
      turn: { type: "InvertMask", inputs: { mask: "picture.mask" } },
    });
    expect(subjectOf(typed(read), "picture.image")).toEqual({ kind: "cutout" });
    expect(maskWireOf(typed(read), "picture")).toBe("picture.mask");
  });
});

describe("the picture beneath", () => {
  it.each(["inpaint-4.json", "inpaint-9.json", "inpaint-crop.json", "inpaint-soft.json"])(
    "is the one that %s repaints",
    (name) => {
      const types = typed(setParam(stock(name), "picture", "image", PICTURE));
      expect(beneathOf(types, "hole")).toEqual({ file: PICTURE, wire: "picture.image" });
    },
  );

  it("is the wire of a computed picture where none is read from a file, else nothing", () => {
    const nodes = {
      hole: { type: "LoadMask" },
      decode: { type: "VAEDecode" },
      encode: {
        type: "InpaintCondition",
        inputs: { mask: "hole.mask", image: "decode.image" },
      },
    };
    expect(beneathOf(typed(graphOf(nodes)), "hole")).toEqual({ file: "", wire: "decode.image" });
    expect(beneathOf(typed(graphOf({ hole: nodes.hole })), "hole")).toBeNull();
  });

  it("has the graph's size where there is no picture", () => {
    const empty = { type: "EmptyLatent", params: { width: 640, height: 384 } };
    expect(sizeIn(typed(graphOf({ empty })))).toEqual({ width: 640, height: 384 });
    expect(sizeIn(typed(stock("inpaint-4.json")))).toBeNull();
  });
});

describe("the file of a mask", () => {
  const SIZE = { width: 2, height: 1 };
  const MASK = Uint8Array.from([255, 100]);
  const subjects: readonly Subject[] = [
    ...(["grey", "red", "green", "blue", "alpha"] as const).flatMap((channel) =>
      [false, true].map((inverted): Subject => ({ kind: "mask", channel, inverted })),
    ),
    { kind: "cutout" },
  ];

  it.each(subjects)("is read again as it was painted: %o", (subject) => {
    const picture = { ...SIZE, data: Uint8Array.from([10, 20, 30, 255, 40, 50, 60, 0]) };
    const made = pixelsFor(subject, MASK, SIZE, picture, SIZE);
    expect(maskIn(coloursOf(made), subject)).toEqual(MASK);
    if (subject.kind === "cutout") expect([...made.data]).toEqual([10, 20, 30, 0, 40, 50, 60, 155]);
    else expect(made.channels).toBe(subject.channel === "alpha" ? 2 : 1);
  });

  it("is white where it is repainted, in the size of the picture", () => {
    const subject: Subject = { kind: "mask", channel: "grey", inverted: false };
    const made = pixelsFor(subject, MASK, SIZE, null, { width: 4, height: 3 });
    expect([made.width, made.height, made.data.length]).toEqual([4, 3, 12]);
    expect([made.data[0], made.data[3]]).toEqual([255, 100]);
  });

  it("reads brightness as the server does", () => {
    const grey: Subject = { kind: "mask", channel: "grey", inverted: false };
    // What PIL's convert("L") makes of these.
    const data = Uint8Array.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 90, 91, 92, 255]);
    expect([...maskIn({ width: 4, height: 1, data }, grey)]).toEqual([76, 150, 29, 91]);
  });

  it("is painted smaller where the picture is larger than a canvas may be", () => {
    expect(paintSize({ width: 1024, height: 768 })).toEqual({ width: 1024, height: 768 });
    const { width, height } = paintSize({ width: 8000, height: 8000 });
    expect(width * height).toBeLessThanOrEqual(16_000_000);
    expect(width).toBe(height);
  });
});
