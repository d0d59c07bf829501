/** Sizes that pictures are made in, and which of them two fields allow. */

import { checkValue } from "../graph/plain.ts";
import type { Plain } from "../graph/plain.ts";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const SIDES: readonly (readonly [number, number])[] = [
  [64, 64],
  [128, 128],
  [256, 256],
  [512, 512],
  [512, 640],
  [512, 768],
  [640, 512],
  [768, 512],
  [768, 768],
  [1024, 1024],
  [832, 1216],
  [896, 1152],
  [768, 1344],
  [1152, 896],
  [1216, 832],
  [1344, 768],
];

/** The sizes that the limits of both fields allow. */
export function sizesFor(width: Plain, height: Plain): readonly PictureSize[] {
  return SIDES.map(([w, h]) => ({ width: w, height: h })).filter(
    (size) => checkValue(width, size.width) === null && checkValue(height, size.height) === null,
  );
}

/** A ratio as people say it, such as 2:3; empty for one that nobody says. */
export function ratioWords({ width, height }: PictureSize): string {
  const by = common(width, height);
  const [w, h] = [width / by, height / by];
  return w <= 21 && h <= 21 ? `${w}:${h}` : "";
}

function common(one: number, other: number): number {
  return other === 0 ? one : common(other, one % other);
}
