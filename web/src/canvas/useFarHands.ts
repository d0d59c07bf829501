/** Click selects, drag moves: as near by, but hit by arithmetic, and xyflow hears nothing of it. */

import { useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import { moveNodes } from "../graph/commands/moving.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { added, isPinned } from "../graph/view.ts";
import { useEditor } from "../state/editor.ts";
import { FarLift } from "./farlift.ts";
import { withInner } from "./inner.ts";
import { nodeAt } from "./outline.ts";
import type { Outline } from "./outline.ts";

interface Hands {
  /** Near by the cards are taken hold of themselves. */
  readonly far: boolean;
  readonly geometry: Geometry;
  readonly outline: Outline;
  readonly selection: ReadonlySet<string>;
  /** Where what is lifted is drawn. */
  readonly above: { readonly current: HTMLElement | null };
  readonly lift: { current: FarLift | null };
  /** Draws the picture: without what is lifted. */
  readonly redraw: { readonly current: () => void };
}

/** So far on the screen, in pixels, a press is still a click. */
const CLICK = 2;

export function useFarHands(hands: Hands): void {
  const { far, geometry, outline, selection, above, lift, redraw } = hands;
  const editor = useEditor();
  const flow = useStoreApi();
  useEffect(() => {
    if (!far) return;
    const pane = flow.getState().domNode;
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || !pane) return;
      // Looked up once: asking for it with each move would lay the page out each time.
      const corner = pane.getBoundingClientRect();
      const flowAt = ({ clientX, clientY }: PointerEvent): Point => {
        const [x, y, zoom] = flow.getState().transform;
        return { x: (clientX - corner.x - x) / zoom, y: (clientY - corner.y - y) / zoom };
      };
      const start = flowAt(event);
      const hit = nodeAt(outline, start);
      if (hit === null) return;
      event.stopPropagation();
      const { select, edit } = editor.document.getState();
      const chosen =
        selection.has(hit) || event.shiftKey ? new Set([...selection, hit]) : new Set([hit]);
      if (!same(chosen, selection)) select(chosen);
      const ids = new Set([...chosen].filter((id) => !isPinned(geometry.types.graph, id)));
      let by: Point | null = null;
      const raise = (page: HTMLElement): FarLift => {
        lift.current = new FarLift(page, outline, chosen, withInner(geometry, ids));
        redraw.current();
        return lift.current;
      };
      const move = (at: PointerEvent): void => {
        if (ids.size === 0) return;
        const way = Math.hypot(at.clientX - event.clientX, at.clientY - event.clientY);
        if (by === null && way < CLICK) return;
        const point = flowAt(at);
        by = { x: point.x - start.x, y: point.y - start.y };
        // Gone where the hand has zoomed in meanwhile: the nodes follow when it lets go.
        if (above.current) (lift.current ?? raise(above.current)).move(by);
      };
      const stop = (): void => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", up);
        window.removeEventListener("pointercancel", cancel);
        lift.current = null;
      };
      const up = (): void => {
        stop();
        const moved = by;
        if (moved === null) return;
        const places = new Map(
          tops(geometry, ids).map((id) => [id, added(geometry.place(id), moved)] as const),
        );
        const before = editor.document.getState().document;
        const label = places.size === 1 ? "Move a node" : `Move ${places.size} nodes`;
        edit(label, (graph) => moveNodes(graph, places));
        // Where nothing has changed nobody else draws it anew.
        if (editor.document.getState().document === before) redraw.current();
      };
      const cancel = (): void => {
        stop();
        redraw.current();
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up);
      window.addEventListener("pointercancel", cancel);
    };
    pane?.addEventListener("pointerdown", down, { capture: true });
    return () => pane?.removeEventListener("pointerdown", down, { capture: true });
  }, [far, editor, flow, geometry, outline, selection, above, lift, redraw]);
}

function same(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

/** Those that do not go with a loop which is moved as well. */
function tops(geometry: Geometry, ids: ReadonlySet<string>): string[] {
  const { scopes } = geometry.types;
  return [...ids].filter((id) => !scopes.enclosing(scopes.home(id)).some((loop) => ids.has(loop)));
}
