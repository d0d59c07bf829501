/** Where the picture stands on the screen while it is painted: zoom, pan, and points of both. Pure. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point p of the picture stands at `p * zoom + (x, y)`, in CSS pixels from the stage's corner. */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** Screen pixels for one of the picture at most. */
export const NEAREST = 40;
const MARGIN = 20;

/** The whole picture in the middle of the stage; small ones are shown up to four times as large. */
export function fitted(picture: Size, stage: Size): View {
  const wide = Math.max(1, stage.width - 2 * MARGIN) / picture.width;
  const high = Math.max(1, stage.height - 2 * MARGIN) / picture.height;
  const zoom = Math.min(4, wide, high);
  return {
    zoom,
    x: (stage.width - picture.width * zoom) / 2,
    y: (stage.height - picture.height * zoom) / 2,
  };
}

export function toPicture(view: View, at: Point): Point {
  return { x: (at.x - view.x) / view.zoom, y: (at.y - view.y) / view.zoom };
}

export function toStage(view: View, at: Point): Point {
  return { x: at.x * view.zoom + view.x, y: at.y * view.zoom + view.y };
}

export function panned(view: View, x: number, y: number): View {
  return { ...view, x: view.x + x, y: view.y + y };
}

/** Nearer or farther, with the point of the picture under `at` left where it is. */
export function zoomed(view: View, factor: number, at: Point, least: number): View {
  const zoom = Math.max(Math.min(least, view.zoom), Math.min(NEAREST, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** Two fingers that were at `from` are at `to`: the picture goes with them. */
export function pinched(
  view: View,
  from: readonly [Point, Point],
  to: readonly [Point, Point],
  least: number,
): View {
  const before = middle(from);
  const after = middle(to);
  const apart = distance(from);
  const moved = panned(view, after.x - before.x, after.y - before.y);
  return apart === 0 ? moved : zoomed(moved, distance(to) / apart, after, least);
}

/** The picture stays in reach: its middle half cannot leave the stage. */
export function kept(view: View, picture: Size, stage: Size): View {
  const within = (at: number, side: number, room: number): number =>
    Math.max(-side * 0.75, Math.min(room - side * 0.25, at));
  return {
    zoom: view.zoom,
    x: within(view.x, picture.width * view.zoom, stage.width),
    y: within(view.y, picture.height * view.zoom, stage.height),
  };
}

function middle([a, b]: readonly [Point, Point]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance([a, b]: readonly [Point, Point]): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
