/** Between the colours of a file and the values of a mask. Pure. */

import { resampled } from "./pixels.ts";
import type { Pixels } from "./png.ts";
import type { Channel, Subject } from "./subject.ts";
import type { Size } from "./view.ts";

/** Red, green, blue and alpha of each pixel, alpha not multiplied in. */
export interface Colours extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A mask is painted in at most so many pixels: browsers draw no larger canvas everywhere. */
const MOST = 16_000_000;

/** The size to paint at for a picture: its own, unless that is too large to draw. */
export function paintSize({ width, height }: Size): Size {
  const by = Math.min(1, Math.sqrt(MOST / (width * height)));
  return {
    width: Math.max(1, Math.floor(width * by)),
    height: Math.max(1, Math.floor(height * by)),
  };
}

/** The mask that a node reads from a file: 255 is repainted. */
export function maskIn(colours: Colours, subject: Subject): Uint8Array {
  const channel = subject.kind === "cutout" ? "alpha" : subject.channel;
  const inverted = subject.kind === "mask" && subject.inverted;
  const made = new Uint8Array(colours.width * colours.height);
  for (let at = 0; at < made.length; at++) {
    const value = read(colours.data, 4 * at, channel);
    made[at] = inverted ? 255 - value : value;
  }
  return made;
}

/**
 * The file of which a node reads this mask, in the size of the picture: grey; with alpha where the
 * node reads that; for a cutout the picture itself, transparent where it is to be repainted.
 */
export function pixelsFor(
  subject: Subject,
  values: Uint8Array,
  at: Size,
  picture: Colours | null,
  size: Size,
): Pixels {
  const mask = resampled(values, at, size);
  const { width, height } = size;
  if (subject.kind === "cutout") {
    const data = Uint8Array.from(picture?.data ?? []);
    mask.forEach((value, pixel) => (data[4 * pixel + 3] = 255 - value));
    return { width, height, channels: 4, data };
  }
  const grey = subject.inverted ? mask.map((value) => 255 - value) : mask;
  if (subject.channel !== "alpha") return { width, height, channels: 1, data: grey };
  const data = new Uint8Array(2 * grey.length);
  grey.forEach((value, pixel) => data.set([value, 255 - value], 2 * pixel));
  return { width, height, channels: 2, data };
}

/** The colours of a PNG's pixels. */
export function coloursOf({ width, height, channels, data }: Pixels): Colours {
  const made = new Uint8Array(4 * width * height);
  const grey = channels < 3;
  for (let at = 0; at < width * height; at++) {
    const from = at * channels;
    for (let colour = 0; colour < 3; colour++)
      made[4 * at + colour] = data[from + (grey ? 0 : colour)] ?? 0;
    made[4 * at + 3] = channels % 2 === 0 ? (data[from + channels - 1] ?? 0) : 255;
  }
  return { width, height, data: made };
}

function read(data: Colours["data"], at: number, channel: Channel): number {
  const [red = 0, green = 0, blue = 0, alpha = 0] = [
    data[at],
    data[at + 1],
    data[at + 2],
    data[at + 3],
  ];
  switch (channel) {
    case "red":
      return red;
    case "green":
      return green;
    case "blue":
      return blue;
    case "alpha":
      return 255 - alpha;
    case "grey":
      // ITU-R 601 in whole numbers, as the server reads brightness.
      return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
}
