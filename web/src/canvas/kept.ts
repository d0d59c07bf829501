/**
 * Which cards are mounted while the hand zooms: those that were, and then more with each frame.
 *
 * The others are drawn on the picture behind (`nearpicture.ts`), so that no turn of the wheel has
 * to make dozens of cards. Pure; knows no React.
 */

import type { Geometry } from "../graph/geometry.ts";
import type { Point, Size } from "../graph/view.ts";
import type { Card, WireEdge } from "./flow.ts";
import { withInner } from "./outline.ts";

export class Kept {
  /** The mounted cards: those that stand in no loop, with all that stands in them. */
  readonly cards: ReadonlySet<string>;
  /** The hand is at it; else more are mounted with each frame. */
  readonly moving: boolean;
  /** What xyflow knows: a wire between two of these is its own. */
  private readonly known: ReadonlySet<string>;

  constructor(
    geometry: Geometry,
    wires: readonly WireEdge[],
    tops: ReadonlySet<string>,
    moving: boolean,
  ) {
    this.moving = moving;
    this.cards = withInner(geometry, tops);
    const known = new Set(this.cards);
    const know = (id: string): void => {
      if (known.has(id)) return;
      known.add(id);
      const home = geometry.types.scopes.home(id);
      if (home !== "") know(home);
    };
    for (const { source, target } of wires) {
      if (this.cards.has(source)) know(target);
      else if (this.cards.has(target)) know(source);
    }
    this.known = known;
  }

  /** What xyflow is given: far ends of wires among them, unseen. */
  part(all: readonly Card[]): Card[] {
    return all.flatMap((card) => {
      if (this.cards.has(card.id)) return card;
      return this.known.has(card.id) ? unseen(card) : [];
    });
  }

  /** Whether xyflow draws a wire. */
  wires({ source, target }: Pick<WireEdge, "source" | "target">): boolean {
    return this.known.has(source) && this.known.has(target);
  }
}

const unseens = new WeakMap<Card, Card>();

/** The same object each time: xyflow looks anew at each card that is another. */
function unseen(card: Card): Card {
  let made = unseens.get(card);
  if (!made) {
    made = { ...card, hidden: true };
    unseens.set(card, made);
  }
  return made;
}

/** The nodes in view that stand in no loop, by how near they are to a point of the canvas. */
export function topsIn(geometry: Geometry, view: Point & Size, near: Point): string[] {
  const found: { readonly id: string; readonly way: number }[] = [];
  const { scopes } = geometry.types;
  for (const id of scopes.nodes.keys()) {
    if (scopes.home(id) !== "") continue;
    const { x, y } = geometry.place(id);
    const { width, height } = geometry.shape(id);
    if (x >= view.x + view.width || x + width <= view.x) continue;
    if (y >= view.y + view.height || y + height <= view.y) continue;
    const dx = Math.max(x - near.x, 0, near.x - x - width);
    const dy = Math.max(y - near.y, 0, near.y - y - height);
    found.push({ id, way: Math.hypot(dx, dy) });
  }
  return found.sort((a, b) => a.way - b.way).map(({ id }) => id);
}
