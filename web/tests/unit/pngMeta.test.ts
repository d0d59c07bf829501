import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { graphInPicture } from "../../src/graph/pngMeta.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { bytesOf, opened } from "./fixtures.ts";

const GRAPH = '{"format":1,"title":"a < b & \\"c\\" é😀"}';
const inflate = (bytes: Uint8Array): Promise<Uint8Array> => Promise.resolve(inflateSync(bytes));

function chunk(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, Buffer.from(kind, "latin1"), body, Buffer.alloc(4)]);
}

function png(...chunks: Buffer[]): Buffer {
  const end = chunk("IEND", Buffer.alloc(0));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Buffer.alloc(13)),
    ...chunks,
    end,
  ]);
}

const itxt = (text: Buffer, flag: number): Buffer =>
  chunk(
    "iTXt",
    Buffer.concat([
      Buffer.from("latentgraph\0", "latin1"),
      Buffer.from([flag, 0]),
      Buffer.from("en\0Graph\0", "latin1"),
      text,
    ]),
  );
const xmp = (inner: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmlns:latentgraph="urn:latentgraph" ${inner}</rdf:RDF></x:xmpmeta>`;
const escaped = GRAPH.replaceAll("&", "&amp;")
  .replaceAll("<", "&lt;")
  .replaceAll('"', "&quot;")
  .replaceAll("😀", "&#x1F600;");
const element = xmp(`><latentgraph:graph>${escaped}</latentgraph:graph></rdf:Description>`);
const attribute = xmp(`latentgraph:graph="${escaped}"/>`);

function webp(packet: string): Buffer {
  const body = Buffer.from(packet);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  const odd = Buffer.from("VP8 \x01\0\0\0\0\0", "latin1");
  return Buffer.concat([Buffer.from("RIFF\0\0\0\0WEBP"), odd, Buffer.from("XMP "), size, body]);
}

function jpeg(...segments: Buffer[]): Buffer {
  const marked = segments.map((body) => {
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...marked, Buffer.from([0xff, 0xda, 0, 2])]);
}

function extended(at: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(at, 4);
  return Buffer.concat([
    Buffer.from(`http://ns.adobe.com/xmp/extension/\0${"0".repeat(32)}`),
    head,
    Buffer.from(text),
  ]);
}

describe("the graph in a picture", () => {
  it.each<[string, Buffer]>([
    ["PNG, plain", png(itxt(Buffer.from(GRAPH), 0))],
    ["PNG, compressed", png(itxt(deflateSync(GRAPH), 1))],
    ["WebP, element", webp(element)],
    ["WebP, attribute", webp(attribute)],
    [
      "JPEG",
      jpeg(Buffer.from("Exif\0\0"), Buffer.from(`http://ns.adobe.com/xap/1.0/\0${element}`)),
    ],
    [
      "JPEG, extended and out of order",
      jpeg(extended(200, element.slice(200)), extended(0, element.slice(0, 200))),
    ],
  ])("is read from %s", async (_, bytes) => {
    expect(await graphInPicture(bytes, inflate)).toEqual({ graph: GRAPH });
  });

  it("is read from a picture that the engine saved, and opens", async () => {
    const found = await graphInPicture(bytesOf("docs/examples.png"), inflate);
    const graph = "graph" in found ? opened(found.graph) : null;
    expect(graph && serialize(graph)).toBe("graph" in found ? found.graph : "");
  });

  it("is said not to be there, with the reason", async () => {
    const reason = async (bytes: Uint8Array): Promise<string> => {
      const found = await graphInPicture(bytes, inflate);
      return "reason" in found ? found.reason : "";
    };
    expect(await reason(png())).toContain("carries no graph");
    expect(await reason(png(chunk("tEXt", Buffer.from("workflow\0{}"))))).toContain("ComfyUI");
    expect(await reason(jpeg())).toContain("carries no graph");
    expect(await reason(Buffer.from("GIF89a"))).toContain("neither");
    const whole = png(itxt(Buffer.from(GRAPH), 0));
    for (let cut = 9; cut < whole.length - 16; cut += 3) {
      const found = await graphInPicture(whole.subarray(0, cut), inflate);
      expect("reason" in found).toBe(true);
    }
    expect(await reason(png(itxt(Buffer.from([1, 2, 3]), 1)))).toContain("damaged");
  });
});
