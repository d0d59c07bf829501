/**
 * A mask as it is painted: what was done in its order, undone and redone, and the pixels of that.
 *
 * What was done is kept as strokes, not as pictures, so that the history has no end; now and then
 * the pixels are kept too, so that going back repeats little.
 */

import {
  NOTHING,
  areaOf,
  drawBox,
  drawLine,
  invert,
  resampled,
  united,
  wholeBox,
} from "./pixels.ts";
import type { Box, Brush, Dab } from "./pixels.ts";
import type { Size } from "./view.ts";

export type Deed =
  | { readonly kind: "stroke"; readonly brush: Brush; readonly dabs: readonly Dab[] }
  | { readonly kind: "box"; readonly erase: boolean; readonly box: Box }
  | { readonly kind: "clear" }
  | { readonly kind: "fill" }
  | { readonly kind: "invert" };

/** Pixels gone through after which the mask is kept. */
const OFTEN = 6_000_000;
/** Bytes of all that is kept on the way. */
const ROOM = 96_000_000;

interface Mark {
  /** How many deeds it is the result of. */
  readonly count: number;
  readonly values: Uint8Array;
}

export class Painting {
  readonly size: Size;
  /** 255 is repainted; changed in place. */
  readonly values: Uint8Array;
  private readonly start: Uint8Array;
  private done: Deed[] = [];
  private undone: Deed[] = [];
  private marks: Mark[] = [];
  private work = 0;
  private stroke: { readonly brush: Brush; readonly dabs: Dab[] } | null = null;

  /** `start`: the mask that it goes on from; nothing is painted where it is left out. */
  constructor(size: Size, start?: Uint8Array) {
    const pixels = size.width * size.height;
    if (start && start.length !== pixels)
      throw new Error(`A mask of ${size.width} x ${size.height} has no ${start.length} pixels.`);
    this.size = size;
    this.start = start?.slice() ?? new Uint8Array(pixels);
    this.values = this.start.slice();
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Whether a stroke is being drawn. */
  get drawing(): boolean {
    return this.stroke !== null;
  }

  /** Begins a stroke with its first dab; gives what changed, as all that draw do. */
  begin(brush: Brush, dab: Dab): Box {
    this.stroke = { brush, dabs: [dab] };
    return drawLine(this.values, this.size, dab, dab, brush);
  }

  extend(dab: Dab): Box {
    if (!this.stroke) return NOTHING;
    const { brush, dabs } = this.stroke;
    const last = dabs.at(-1) ?? dab;
    // A pen that is held still tells of itself all the time.
    if (last.x === dab.x && last.y === dab.y && last.radius === dab.radius) return NOTHING;
    dabs.push(dab);
    return drawLine(this.values, this.size, last, dab, brush);
  }

  /** The stroke becomes a step of the history. */
  end(): void {
    if (!this.stroke) return;
    const deed: Deed = { kind: "stroke", ...this.stroke };
    this.stroke = null;
    this.record(deed);
  }

  /** As if the stroke had never been begun. */
  abandon(): void {
    if (!this.stroke) return;
    this.stroke = null;
    this.replay();
  }

  act(deed: Deed): Box {
    this.end();
    const box = drawn(this.values, this.size, deed);
    this.record(deed);
    return box;
  }

  undo(): boolean {
    this.end();
    const last = this.done.pop();
    if (!last) return false;
    this.undone.push(last);
    this.marks = this.marks.filter(({ count }) => count <= this.done.length);
    this.replay();
    return true;
  }

  redo(): boolean {
    this.end();
    const next = this.undone.pop();
    if (!next) return false;
    drawn(this.values, this.size, next);
    this.done.push(next);
    this.mark(next);
    return true;
  }

  /** The same for a picture of another size, with all of its history. */
  resized(size: Size): Painting {
    this.end();
    const made = new Painting(size, resampled(this.start, this.size, size));
    const x = size.width / this.size.width;
    const y = size.height / this.size.height;
    for (const deed of this.done) made.act(scaled(deed, x, y));
    made.undone = this.undone.map((deed) => scaled(deed, x, y));
    return made;
  }

  private record(deed: Deed): void {
    this.done.push(deed);
    this.undone = [];
    this.mark(deed);
  }

  private mark(deed: Deed): void {
    this.work += costOf(deed, this.size);
    if (this.work < OFTEN) return;
    this.work = 0;
    this.marks.push({ count: this.done.length, values: this.values.slice() });
    // Every other one goes, the newest stays: all of the history is equally near then.
    if (this.marks.length * this.values.length > ROOM)
      this.marks = this.marks.filter((_, at) => (this.marks.length - 1 - at) % 2 === 0);
  }

  private replay(): void {
    const mark = this.marks.at(-1);
    this.values.set(mark?.values ?? this.start);
    this.work = 0;
    for (const deed of this.done.slice(mark?.count ?? 0)) {
      drawn(this.values, this.size, deed);
      this.work += costOf(deed, this.size);
    }
  }
}

function drawn(values: Uint8Array, size: Size, deed: Deed): Box {
  switch (deed.kind) {
    case "stroke": {
      let box = NOTHING;
      deed.dabs.forEach((dab, at) => {
        const line = drawLine(values, size, deed.dabs[at - 1] ?? dab, dab, deed.brush);
        box = united(box, line);
      });
      return box;
    }
    case "box":
      return drawBox(values, size, deed.box, deed.erase);
    case "clear":
      values.fill(0);
      return wholeBox(size);
    case "fill":
      values.fill(255);
      return wholeBox(size);
    case "invert":
      invert(values);
      return wholeBox(size);
  }
}

/** The pixels that drawing it goes through. */
function costOf(deed: Deed, size: Size): number {
  if (deed.kind === "box") return areaOf(deed.box);
  if (deed.kind !== "stroke") return size.width * size.height;
  return deed.dabs.reduce((sum, { radius }) => sum + 4 * (radius + 1) ** 2, 0);
}

function scaled(deed: Deed, x: number, y: number): Deed {
  if (deed.kind === "stroke") {
    const wide = Math.sqrt(x * y);
    const dabs = deed.dabs.map((dab) => ({
      x: dab.x * x,
      y: dab.y * y,
      radius: dab.radius * wide,
    }));
    return { ...deed, dabs };
  }
  if (deed.kind !== "box") return deed;
  const { left, top, right, bottom } = deed.box;
  const box = {
    left: Math.round(left * x),
    top: Math.round(top * y),
    right: Math.round(right * x),
    bottom: Math.round(bottom * y),
  };
  return { ...deed, box };
}
