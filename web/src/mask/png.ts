/**
 * PNG files of 8 bits a channel, written and read without a canvas: a canvas forgets the colours
 * of what is transparent, and those are what is repainted.
 */

import type { Size } from "./view.ts";

/** Channels a pixel: grey, grey and alpha, RGB, RGBA; and how the file calls them. */
export type Channels = 1 | 2 | 3 | 4;
const COLOUR_TYPE: Readonly<Record<Channels, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };
const CHANNELS: ReadonlyMap<number, Channels> = new Map([
  [0, 1],
  [4, 2],
  [2, 3],
  [6, 4],
]);
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export interface Pixels extends Size {
  readonly channels: Channels;
  /** Row by row, the channels of a pixel together. */
  readonly data: Uint8Array;
}

export async function writePng(pixels: Pixels): Promise<Blob> {
  const { width, height, channels, data } = pixels;
  const line = width * channels;
  const rows = new Uint8Array((line + 1) * height);
  for (let y = 0; y < height; y++) {
    // Each row by what differs from the one above: drawn masks are nearly all zeros then.
    const to = y * (line + 1);
    rows[to] = 2;
    for (let x = 0; x < line; x++) {
      const above = y === 0 ? 0 : (data[(y - 1) * line + x] ?? 0);
      rows[to + 1 + x] = (data[y * line + x] ?? 0) - above;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPE[channels]], 8);
  const packed = await piped(rows, new CompressionStream("deflate"));
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", packed),
    chunk("IEND", new Uint8Array()),
  ];
  return new Blob(parts, { type: "image/png" });
}

/** The pixels as they are in the file; null where it is no PNG of this kind, or a damaged one. */
export async function readPng(file: Uint8Array<ArrayBuffer>): Promise<Pixels | null> {
  if (SIGNATURE.some((byte, at) => file[at] !== byte)) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let shape: (Size & { readonly channels: Channels }) | null = null;
  for (let at = 8; at + 12 <= file.length;) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (at + 12 + length > file.length) return null;
    if (kind === "IHDR") {
      const [depth, colour, , , interlaced] = file.subarray(at + 16, at + 21);
      const channels = CHANNELS.get(colour ?? -1);
      if (depth !== 8 || !channels || interlaced !== 0) return null;
      shape = { width: view.getUint32(at + 8), height: view.getUint32(at + 12), channels };
    }
    // A transparent colour, a turned picture: the browser knows what to do with those.
    if (kind === "tRNS" || kind === "eXIf") return null;
    if (kind === "IDAT") parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  if (!shape) return null;
  try {
    const rows = await piped(new Blob(parts), new DecompressionStream("deflate"));
    const data = unfiltered(rows, shape.width * shape.channels, shape.height, shape.channels);
    return data && { ...shape, data };
  } catch {
    return null;
  }
}

/** Rows as they were before each was written as what differs from its neighbours. */
function unfiltered(
  rows: Uint8Array,
  line: number,
  height: number,
  step: number,
): Uint8Array | null {
  if (rows.length < (line + 1) * height) return null;
  const made = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (line + 1)] ?? 0;
    if (filter > 4) return null;
    for (let x = 0; x < line; x++) {
      const to = y * line + x;
      const left = x >= step ? (made[to - step] ?? 0) : 0;
      const above = y > 0 ? (made[to - line] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (made[to - line - step] ?? 0) : 0;
      const raw = rows[y * (line + 1) + 1 + x] ?? 0;
      made[to] = raw + guess(filter, left, above, corner);
    }
  }
  return made;
}

/** The PNG specification, 9.2: filter types of method 0. */
function guess(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      return 0;
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

async function piped(
  from: Uint8Array<ArrayBuffer> | Blob,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = (from instanceof Blob ? from : new Blob([from])).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(kind: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(12 + body.length);
  const view = new DataView(made.buffer);
  view.setUint32(0, body.length);
  made.set(new TextEncoder().encode(kind), 4);
  made.set(body, 8);
  view.setUint32(8 + body.length, crc(made.subarray(4, 8 + body.length)));
  return made;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
