/** Dragging cards: moved by style while it lasts, one command when it ends; in and out of loops. */

import { applyNodeChanges, useStoreApi } from "@xyflow/react";
import type { NodeChange, NodePositionChange, ReactFlowState } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import type { Editor } from "../state/editor.ts";
import { useEditor } from "../state/editor.ts";
import { late } from "../state/late.ts";
import type { Card } from "./flow.ts";
import { Lifting } from "./lifting.ts";
import type { LiftingStore, Shifts } from "./lifting.ts";
import { withInner } from "./inner.ts";
import { useToFlow } from "./position.ts";

const DROPPING = late(() => import("./dropping.ts"), "soon");

export interface CardDragging {
  readonly cards: Card[];
  readonly onNodesChange: (changes: NodeChange<Card>[]) => void;
  readonly onDragStop: (event: MouseEvent | TouchEvent, dragged: readonly Card[]) => void;
}

/** The cards as they were told to xyflow last, with those that are dragged where they were then. */
interface Held {
  readonly made: Card[];
  readonly cards: Card[];
}

interface Place {
  readonly at: Point;
  /** The card, and all that stands in it. */
  readonly whole: ReadonlySet<string>;
}

/** What xyflow was told last in a drag: cards that it takes for dragged stay mounted. */
interface Told {
  readonly places: ReadonlyMap<string, Place>;
  readonly transform: ReactFlowState["transform"];
  readonly made: Card[];
}

/** `made` are the cards as the document has them; while one is dragged they are where the hand is. */
export function useDragging(made: Card[], geometry: Geometry, shifts: LiftingStore): CardDragging {
  const editor = useEditor();
  const toFlow = useToFlow();
  const flow = useStoreApi();
  const [held, setHeld] = useState<Held | null>(null);
  const [lifting] = useState(() => new Lifting(shifts));
  const told = useRef<Told | null>(null);
  const cards = held?.made === made ? held.cards : made;
  const onNodesChange = useCallback(
    (changes: NodeChange<Card>[]) => {
      choose(editor, changes);
      const moves = changes.filter((change) => change.type === "position");
      if (moves.length === 0) return;
      const { transform, domNode } = flow.getState();
      const last = told.current;
      const going = moves.every(({ dragging }) => dragging === true);
      // Told once, then only where the view has moved: what is seen of the graph hangs on that.
      if (going && domNode && last?.made === made && last.transform === transform) {
        lifting.move(domNode, shiftsOf(moves, last));
        return;
      }
      told.current = going ? { places: placesOf(moves, geometry), transform, made } : null;
      // At once, so that the style which moved them can go in the same frame.
      flushSync(() => setHeld({ made, cards: applyNodeChanges(moves, cards) }));
      lifting.clear();
    },
    [editor, flow, lifting, geometry, made, cards],
  );
  const onDragStop = useCallback(
    (event: MouseEvent | TouchEvent, dragged: readonly Card[]) => {
      const screen = screenOf(event);
      void DROPPING.with(({ drop }) => {
        drop(editor, dragged, toFlow(screen), screen);
        setHeld(null);
      });
    },
    [editor, toFlow],
  );
  return useMemo(() => ({ cards, onNodesChange, onDragStop }), [cards, onNodesChange, onDragStop]);
}

function placesOf(
  moves: readonly NodePositionChange[],
  geometry: Geometry,
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { id, position } of moves) {
    const alone = new Set([id]);
    const isLoop = geometry.shape(id).body !== undefined;
    if (position)
      places.set(id, { at: position, whole: isLoop ? withInner(geometry, alone) : alone });
  }
  return places;
}

/** How far cards are from where xyflow was told that they are, with those in them. */
function shiftsOf(moves: readonly NodePositionChange[], { places }: Told): Shifts {
  const shifts = new Map<string, Point>();
  for (const { id, position } of moves) {
    const place = places.get(id);
    if (!position || !place) continue;
    const by = { x: position.x - place.at.x, y: position.y - place.at.y };
    for (const one of place.whole) shifts.set(one, by);
  }
  return shifts;
}

function screenOf(event: MouseEvent | TouchEvent): Point {
  const at = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
}

/** Puts what xyflow says of the selection into the document's. */
function choose(editor: Editor, changes: readonly NodeChange<Card>[]): void {
  const { selection, select } = editor.document.getState();
  const chosen = new Set(selection);
  for (const change of changes) {
    if (change.type !== "select") continue;
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  const same = chosen.size === selection.size && [...chosen].every((id) => selection.has(id));
  if (!same) select(chosen);
}
