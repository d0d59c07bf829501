/** What commands ask of the canvas; the canvas gives it, so that commands know no xyflow. */

import type { Point } from "../graph/view.ts";

export interface Canvas {
  readonly fit: (ids?: readonly string[]) => void;
  readonly zoom: (by: number) => void;
  /** Pans so that a node is seen, where it is not. */
  readonly reveal: (id: string) => void;
  /** Puts the focus into the first field of a node. */
  readonly intoFields: (id: string) => void;
  /** The middle of what is seen, or where the pointer is, on the screen. */
  readonly pointer: () => Point;
  /** Whether the pointer is over the canvas. */
  readonly hovered: () => boolean;
  /** A point of the screen: the body it lies in, and where in it. */
  readonly at: (screen: Point) => { readonly scope: string; readonly place: Point };
}
