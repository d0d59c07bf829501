/** PNG files against Node's zlib, and against bytes that other programs wrote. */

import { crc32, deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPng, writePng } from "../../../src/mask/png.ts";
import type { Channels, Pixels } from "../../../src/mask/png.ts";
import { pngOf } from "../../pngfile.ts";

async function bytes(pixels: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await writePng(pixels)).arrayBuffer());
}

function chunks(file: Uint8Array): ReadonlyMap<string, Buffer> {
  const all = Buffer.from(file);
  const found = new Map<string, Buffer>();
  for (let at = 8; at < all.length;) {
    const length = all.readUInt32BE(at);
    const named = all.subarray(at + 4, at + 8 + length);
    expect(all.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    found.set(named.subarray(0, 4).toString("latin1"), named.subarray(4));
    at += 12 + length;
  }
  return found;
}

/** A file with rows as given, each with its filter. */
function fileOf(header: readonly number[], rows: readonly number[]): Uint8Array<ArrayBuffer> {
  const all = pngOf([
    ["IHDR", Buffer.from(header)],
    ["IDAT", deflateSync(Buffer.from(rows))],
    ["IEND", Buffer.alloc(0)],
  ]);
  return Uint8Array.from(all);
}

describe("a PNG", () => {
  it("is grey of 8 bits, with right checksums, and inflates to its rows", async () => {
    const data = Uint8Array.from([0, 255, 7, 0, 255, 9]);
    const found = chunks(await bytes({ width: 3, height: 2, channels: 1, data }));
    expect([...(found.get("IHDR") ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
    // Filter 2: what differs from the row above.
    expect([...inflateSync(found.get("IDAT") ?? Buffer.alloc(0))]).toEqual([
      2, 0, 255, 7, 2, 0, 0, 2,
    ]);
  });

  it("is read as it was written, alpha and the colours under it too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Channels>(1, 2, 3, 4),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        async (channels, width, height, stream) => {
          const data = Uint8Array.from({ length: width * height * channels }, () =>
            Number(stream.next().value),
          );
          const pixels = { width, height, channels, data };
          expect(await readPng(await bytes(pixels))).toEqual(pixels);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is read with each of the five filters", async () => {
    const header = [0, 0, 0, 3, 0, 0, 0, 5, 8, 0, 0, 0, 0];
    // 10 20 40 by nothing, left, above, their mean, and Paeth's guess.
    const rows = [
      [0, 10, 20, 40],
      [1, 10, 10, 20],
      [2, 0, 0, 0],
      [3, 5, 5, 10],
      [4, 0, 0, 0],
    ].flat();
    const found = await readPng(fileOf(header, rows));
    expect([...(found?.data ?? [])]).toEqual([
      10, 20, 40, 10, 20, 40, 10, 20, 40, 10, 20, 40, 10, 20, 40,
    ]);
  });

  it("is left to the browser where it is interlaced, deeper, of a palette, or damaged", async () => {
    const rows = [0, 1, 2, 3];
    const read = (header: readonly number[], data = rows): Promise<Pixels | null> =>
      readPng(fileOf(header, data));
    expect(await read([0, 0, 0, 3, 0, 0, 0, 1, 8, 0, 0, 0, 0])).not.toBeNull();
    expect(await read([0, 0, 0, 3, 0, 0, 0, 1, 8, 0, 0, 0, 1])).toBeNull();
    expect(await read([0, 0, 0, 3, 0, 0, 0, 1, 16, 0, 0, 0, 0])).toBeNull();
    expect(await read([0, 0, 0, 3, 0, 0, 0, 1, 8, 3, 0, 0, 0])).toBeNull();
    expect(await read([0, 0, 0, 3, 0, 0, 0, 9, 8, 0, 0, 0, 0])).toBeNull();
    expect(await read([0, 0, 0, 3, 0, 0, 0, 1, 8, 0, 0, 0, 0], [7, 1, 2, 3])).toBeNull();
    expect(await readPng(Uint8Array.from([1, 2, 3]))).toBeNull();
    const whole = fileOf([0, 0, 0, 3, 0, 0, 0, 1, 8, 0, 0, 0, 0], rows);
    expect(await readPng(whole.slice(0, 50))).toBeNull();
  });
});
