/** One sitting at the painter: what is painted, what is in the hand, where one looks. No React. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import { paintSize } from "./colours.ts";
import type { Begun, From } from "./order.ts";
import type { Painting } from "./painting.ts";
import { areaOf, share, wholeBox } from "./pixels.ts";
import type { Box } from "./pixels.ts";
import type { Picture } from "./reading.ts";
import { FIRST, brushOf, resized } from "./tools.ts";
import type { Held } from "./tools.ts";
import { fitted, kept, panned, pinched, toPicture, zoomed } from "./view.ts";
import type { Point, Size, View } from "./view.ts";

export interface Sitting {
  readonly painting: Painting;
  readonly picture: Picture | null;
  readonly from: From;
  readonly found: Begun["found"];
  readonly held: Held;
  readonly view: View;
  /** The whole picture is to be seen, however large the stage becomes. */
  readonly fits: boolean;
  readonly stage: Size;
  /** Where the brush is, in pixels of the mask; null where it is nowhere. */
  readonly at: Point | null;
  /** The corner at which a rectangle was begun. */
  readonly corner: Point | null;
  /** Whether keys have put the brush down. */
  readonly down: boolean;
  readonly share: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** What the person had in the hand last. */
let last: Held = FIRST;

export class Session {
  readonly store: StoreApi<Sitting>;
  /** Hears what has changed of the mask, so that just that is drawn. */
  private draw: (box: Box) => void = () => undefined;

  constructor({ painting, picture, from, found }: Begun) {
    const { width, height } = painting.size;
    const held = last.size > 0 ? last : resized(last, Math.max(width, height) / 12);
    this.store = createStore<Sitting>(() => ({
      painting,
      picture,
      from,
      found,
      held,
      view: { zoom: 1, x: 0, y: 0 },
      fits: true,
      stage: { width: 0, height: 0 },
      at: null,
      corner: null,
      down: false,
      share: share(painting.values),
      canUndo: false,
      canRedo: false,
    }));
  }

  private get now(): Sitting {
    return this.store.getState();
  }

  hear(draw: (box: Box) => void): () => void {
    this.draw = draw;
    draw(wholeBox(this.now.painting.size));
    return () => {
      this.draw = () => undefined;
    };
  }

  hold(held: Held): void {
    last = held;
    this.store.setState({ held });
  }

  /** A stroke, or a rectangle, from a point of the mask. */
  begin(at: Point, pressure = 1): void {
    const { painting, held } = this.now;
    if (held.tool === "box") this.store.setState({ corner: at, at });
    else this.draw(painting.begin(brushOf(held), { ...at, radius: (held.size * pressure) / 2 }));
  }

  extend(at: Point, pressure = 1): void {
    const { painting, held } = this.now;
    this.draw(painting.extend({ ...at, radius: (held.size * pressure) / 2 }));
  }

  end(): void {
    const { painting, corner, at } = this.now;
    if (corner) {
      const box = boxOf(corner, at ?? corner);
      // A mere click was none.
      if (areaOf(box) > 1) this.draw(painting.act({ kind: "box", erase: false, box }));
    } else painting.end();
    this.settle();
  }

  abandon(): void {
    const { painting } = this.now;
    painting.abandon();
    this.draw(wholeBox(painting.size));
    this.settle();
  }

  get drawing(): boolean {
    return this.now.painting.drawing || this.now.corner !== null;
  }

  /** Enter on the stage: the brush goes down at the pointer or in the middle, and up again. */
  press(): void {
    const { at, painting, down } = this.now;
    if (down) {
      this.end();
      return;
    }
    const middle = { x: painting.size.width / 2, y: painting.size.height / 2 };
    this.store.setState({ at: at ?? middle });
    this.begin(at ?? middle);
    this.store.setState({ down: true });
  }

  /** Arrow keys: by pixels of the mask, within it. */
  nudge(x: number, y: number): void {
    const { at, painting, down } = this.now;
    const { width, height } = painting.size;
    const from = at ?? { x: width / 2, y: height / 2 };
    const to = {
      x: Math.max(0, Math.min(width, from.x + x)),
      y: Math.max(0, Math.min(height, from.y + y)),
    };
    this.store.setState({ at: to });
    if (down && this.now.corner === null) this.extend(to);
  }

  hover(at: Point | null): void {
    if (at !== null || this.now.corner === null) this.store.setState({ at });
  }

  act(kind: "clear" | "fill" | "invert"): void {
    this.draw(this.now.painting.act({ kind }));
    this.settle();
  }

  undo(): void {
    this.back(this.now.painting.undo());
  }

  redo(): void {
    this.back(this.now.painting.redo());
  }

  pan(x: number, y: number): void {
    this.look(panned(this.now.view, x, y));
  }

  zoom(factor: number, at?: Point): void {
    const { stage, view } = this.now;
    const middle = { x: stage.width / 2, y: stage.height / 2 };
    this.look(zoomed(view, factor, at ?? middle, this.least));
  }

  pinch(from: readonly [Point, Point], to: readonly [Point, Point]): void {
    this.look(pinched(this.now.view, from, to, this.least));
  }

  fit(): void {
    const { painting, stage } = this.now;
    this.store.setState({ view: fitted(painting.size, stage), fits: true });
  }

  measure(stage: Size): void {
    this.store.setState({ stage });
    if (this.now.fits) this.fit();
  }

  /** A point of the stage as one of the mask. */
  place(at: Point): Point {
    return toPicture(this.now.view, at);
  }

  /** Another picture beneath; the mask goes with its size. */
  lay(from: From, picture: Picture | null): void {
    const { painting, found } = this.now;
    const size = paintSize(picture ?? painting.size);
    const same = size.width === painting.size.width && size.height === painting.size.height;
    this.store.setState({
      painting: same ? painting : painting.resized(size),
      picture,
      from,
      found: picture ? { ...found, [from]: picture } : found,
    });
    if (!same) this.fit();
    this.settle();
  }

  private get least(): number {
    const { painting, stage } = this.now;
    return fitted(painting.size, stage).zoom / 2;
  }

  private look(view: View): void {
    const { painting, stage } = this.now;
    this.store.setState({ view: kept(view, painting.size, stage), fits: false });
  }

  private back(changed: boolean): void {
    if (changed) this.draw(wholeBox(this.now.painting.size));
    this.settle();
  }

  private settle(): void {
    const { painting } = this.now;
    this.store.setState({
      corner: null,
      down: false,
      share: share(painting.values),
      canUndo: painting.canUndo,
      canRedo: painting.canRedo,
    });
  }
}

/** The whole pixels between two points, both taken in. */
export function boxOf(one: Point, other: Point): Box {
  return {
    left: Math.floor(Math.min(one.x, other.x)),
    top: Math.floor(Math.min(one.y, other.y)),
    right: Math.ceil(Math.max(one.x, other.x)),
    bottom: Math.ceil(Math.max(one.y, other.y)),
  };
}
