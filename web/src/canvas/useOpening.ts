/** Double-clicks and what is dropped on the canvas: the palette, a subgraph's inside, a node. */

import type { DragEvent, MouseEvent } from "react";
import type { Point } from "../graph/view.ts";
import { NODE_MIME } from "../palette/carried.ts";
import { useEditor, useGeometry } from "../state/editor.ts";
import { late } from "../state/late.ts";
import type { PaletteAt } from "../state/ui.ts";
import { scopeAt, useToFlow, within } from "./position.ts";
import { nodeUnder } from "./under.ts";

const DROPPING = late(() => import("../palette/dropping.ts"));
const OWN_CLICKS = "input, textarea, button, .react-flow__handle";

export interface Opening {
  readonly onDoubleClick: (event: MouseEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

export function useOpening(): Opening {
  const editor = useEditor();
  const geometry = useGeometry();
  const toFlow = useToFlow();
  const paletteAt = (screen: Point): PaletteAt & { readonly screen: Point } => {
    const point = toFlow(screen);
    const scope = scopeAt(geometry, point);
    return { screen, place: within(geometry, scope, point), scope };
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const screen = { x: event.clientX, y: event.clientY };
    if (!(event.target instanceof Element)) return;
    if (event.target.classList.contains("react-flow__pane")) {
      editor.ui.getState().openPalette(paletteAt(screen));
      return;
    }
    const node = event.target.closest(OWN_CLICKS) ? null : nodeUnder(screen);
    const part = node === null ? undefined : geometry.types.scopes.nodes.get(node);
    if (node === null || part?.type !== "Subgraph") return;
    const { standing, standIn } = editor.ui.getState();
    editor.document.getState().enter(part.graph);
    standIn(standing === "" ? node : `${standing}/${node}`);
  };
  const onDrop = (event: DragEvent): void => {
    const name = event.dataTransfer.getData(NODE_MIME);
    if (name === "") return;
    event.preventDefault();
    const at = paletteAt({ x: event.clientX, y: event.clientY });
    void DROPPING.with(({ dropNode }) => dropNode(editor.document, name, at));
  };
  return { onDoubleClick, onDrop };
}
