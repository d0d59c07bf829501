/**
 * What is mounted while the hand zooms: what was, so that no turn of the wheel makes cards. Once
 * the hand rests the others follow, some with each frame, those near the pointer first.
 */

import type { ReactFlowState } from "@xyflow/react";
import type { Point, Size } from "../graph/view.ts";
import { FAR } from "./far.ts";
import { Kept, topsIn, wiresIn } from "./kept.ts";
import type { Shown } from "./kept.ts";

/** Milliseconds after the last turn until the hand rests. */
const REST = 110;
/** Milliseconds for which a hand that rests afar may come back to the same cards. */
const LINGER = 1_000;
/** So many cards are mounted in one frame. */
const BATCH = 8;

type View = Pick<ReactFlowState, "transform" | "width" | "height">;

export class Zooming {
  /** The graph on the canvas. */
  private shown: Shown;
  private readonly view: () => View;
  private readonly give: (kept: Kept | null) => void;
  private kept: Kept | null = null;
  private tops: ReadonlySet<string> = new Set();
  private across: ReadonlySet<string> = new Set();
  private zoom: number;
  /** Where the pointer is, on the screen as counted from the canvas's corner. */
  private pointer: Point | null = null;
  /** Something is being dragged: xyflow has to know all cards. */
  private held = false;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;

  /** `give` is told what is mounted, null for all; at once, in the same frame. */
  constructor(shown: Shown, view: () => View, give: (kept: Kept | null) => void) {
    this.shown = shown;
    this.view = view;
    this.give = give;
    this.zoom = view().transform[2];
  }

  show(shown: Shown): void {
    this.shown = shown;
  }

  /** The wheel is about to turn, with the pointer at a point of the canvas's element. */
  wheel(pointer: Point): void {
    this.pointer = pointer;
    // From afar nothing is mounted that could be kept.
    if (this.zoom >= FAR) this.begin();
  }

  /** The view has changed. */
  follow(): void {
    const before = this.zoom;
    const [, , zoom] = this.view().transform;
    if (zoom === before) return;
    this.zoom = zoom;
    if (before >= FAR || zoom >= FAR) this.begin(before < FAR);
  }

  /** A press: of a card or port among them, maybe of one that is not there yet. */
  press(): void {
    this.finish();
    this.held = true;
  }

  release(): void {
    this.held = false;
  }

  /** All is mounted, now. */
  finish(): void {
    this.stop();
    this.tops = new Set();
    if (this.kept) this.put(null);
  }

  /** The canvas goes: nobody is told. */
  close(): void {
    this.stop();
    this.kept = null;
  }

  private stop(): void {
    clearTimeout(this.resting);
    cancelAnimationFrame(this.frame);
  }

  private begin(fromAfar = false): void {
    if (this.held) return;
    this.stop();
    this.resting = setTimeout(this.fill, REST);
    if (this.kept?.moving) return;
    if (!this.kept) {
      this.tops = new Set(fromAfar ? [] : this.inView());
      this.across = new Set(fromAfar ? [] : wiresIn(this.shown, this.seen()));
    }
    this.mount(true);
  }

  private readonly fill = (): void => {
    if (this.zoom < FAR) {
      this.resting = setTimeout(() => this.finish(), LINGER);
      return;
    }
    const missing = this.inView().filter((id) => !this.tops.has(id));
    if (missing.length <= BATCH) {
      this.finish();
      return;
    }
    this.tops = new Set([...this.tops, ...missing.slice(0, BATCH)]);
    this.mount(false);
    this.frame = requestAnimationFrame(this.fill);
  };

  private mount(moving: boolean): void {
    this.put(new Kept(this.shown, this.tops, this.across, moving));
  }

  private put(kept: Kept | null): void {
    this.kept = kept;
    this.give(kept);
  }

  private inView(): string[] {
    const { transform, width, height } = this.view();
    const [x, y, zoom] = transform;
    const at = this.pointer ?? { x: width / 2, y: height / 2 };
    const near = { x: (at.x - x) / zoom, y: (at.y - y) / zoom };
    return topsIn(this.shown.geometry, this.seen(), near);
  }

  /** The part of the graph's canvas that is in view. */
  private seen(): Point & Size {
    const { transform, width, height } = this.view();
    const [x, y, zoom] = transform;
    return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
  }
}
