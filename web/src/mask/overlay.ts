/** The painted mask as a colour over the picture: a canvas in the mask's own pixels. */

import type { Box } from "./pixels.ts";
import { isEmpty } from "./pixels.ts";
import type { Size } from "./view.ts";

export type Colour = readonly [number, number, number];

/** A colour of the style sheet in numbers. */
export function colourOf(style: string): Colour {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return [255, 0, 0];
  pen.fillStyle = style;
  pen.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** Draws what has changed of a mask. */
export function drawMask(
  canvas: HTMLCanvasElement,
  values: Uint8Array,
  size: Size,
  box: Box,
  [red, green, blue]: Colour,
): void {
  const pen = canvas.getContext("2d");
  if (!pen || isEmpty(box)) return;
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const image = pen.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 4 * (y * width + x);
      image.data[to] = red;
      image.data[to + 1] = green;
      image.data[to + 2] = blue;
      image.data[to + 3] = values[(y + box.top) * size.width + x + box.left] ?? 0;
    }
  }
  pen.putImageData(image, box.left, box.top);
}

/** Lays the picture beneath; nothing where there is none. */
export function drawPicture(
  canvas: HTMLCanvasElement,
  image: ImageBitmap | null,
  { width, height }: Size,
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.clearRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  if (image) pen.drawImage(image, 0, 0, width, height);
}
