/** Dragging cards: positions while it lasts, one command when it ends; in and out of loops. */

import { applyNodeChanges } from "@xyflow/react";
import type { NodeChange } from "@xyflow/react";
import { useCallback, useMemo, useState } from "react";
import type { Point } from "../graph/view.ts";
import type { Editor } from "../state/editor.ts";
import { useEditor } from "../state/editor.ts";
import { late } from "../state/late.ts";
import type { Card } from "./flow.ts";
import { useToFlow } from "./position.ts";

const DROPPING = late(() => import("./dropping.ts"), "soon");

export interface CardDragging {
  readonly cards: Card[];
  readonly onNodesChange: (changes: NodeChange<Card>[]) => void;
  readonly onDragStop: (event: MouseEvent | TouchEvent, dragged: readonly Card[]) => void;
}

/** `made` are the cards as the document has them; while one is dragged they are where the hand is. */
export function useDragging(made: Card[]): CardDragging {
  const editor = useEditor();
  const toFlow = useToFlow();
  const [held, setHeld] = useState<{ made: Card[]; cards: Card[] } | null>(null);
  const cards = held?.made === made ? held.cards : made;
  const onNodesChange = useCallback(
    (changes: NodeChange<Card>[]) => {
      const moves = changes.filter((change) => change.type === "position");
      if (moves.length > 0) setHeld({ made, cards: applyNodeChanges(moves, cards) });
      choose(editor, changes);
    },
    [editor, made, cards],
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
