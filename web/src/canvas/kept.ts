/**
 * Which cards are mounted while the hand zooms: those that were, and then more with each frame.
 *
 * The others are drawn on the picture behind (`nearpicture.ts`), so that no turn of the wheel has
 * to make dozens of cards. Pure; knows no React.
 */

import type { Geometry } from "../graph/geometry.ts";
import type { Point, Size } from "../graph/view.ts";
import type { Card, WireEdge } from "./flow.ts";
import { withInner } from "./inner.ts";

/** The graph on the canvas. */
export interface Shown {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
}

export class Kept {
  /** The mounted cards: those that stand in no loop, with all that stands in them. */
  readonly cards: ReadonlySet<string>;
  /** The hand is at it; else more are mounted with each frame. */
  readonly moving: boolean;
  /** The wires that xyflow is given: all of these cards, and those that crossed the view. */
  readonly edges: WireEdge[];
  private readonly ids: ReadonlySet<string>;
  /** The nodes that xyflow is given. */
  private readonly known: ReadonlySet<string>;

  /** `across` are the wires that were in view with neither end there. */
  constructor(
    { geometry, wires, selection }: Shown,
    tops: ReadonlySet<string>,
    across: ReadonlySet<string>,
    moving: boolean,
  ) {
    this.moving = moving;
    const cards = withInner(geometry, tops);
    this.cards = cards;
    this.edges = wires.filter(
      ({ id, source, target }) => cards.has(source) || cards.has(target) || across.has(id),
    );
    this.ids = new Set(this.edges.map(({ id }) => id));
    const known = new Set(cards);
    const know = (id: string): void => {
      if (known.has(id)) return;
      known.add(id);
      const home = geometry.types.scopes.home(id);
      if (home !== "") know(home);
    };
    for (const { source, target } of this.edges) {
      know(source);
      know(target);
    }
    // The frame around all that is selected is xyflow's.
    for (const id of selection) know(id);
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
  hasWire(id: string): boolean {
    return this.ids.has(id);
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

/** The wires that a view shows a part of, as xyflow sees it: by the box around their two nodes. */
export function wiresIn({ geometry, wires }: Shown, view: Point & Size): string[] {
  const [right, bottom] = [view.x + view.width, view.y + view.height];
  return wires.flatMap(({ id, source, target }) => {
    const [a, b] = [geometry.absolute(source), geometry.absolute(target)];
    const [sizeA, sizeB] = [geometry.shape(source), geometry.shape(target)];
    if (Math.min(a.x, b.x) >= right || Math.min(a.y, b.y) >= bottom) return [];
    if (Math.max(a.x + sizeA.width, b.x + sizeB.width) <= view.x) return [];
    return Math.max(a.y + sizeA.height, b.y + sizeB.height) <= view.y ? [] : id;
  });
}
