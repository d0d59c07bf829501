/** Commands on what is seen. */

import { showing } from "../appmode/showing.ts";
import { geometryOf } from "../graph/geometry.ts";
import { MEASURES } from "../graph/measures.ts";
import type { Point } from "../graph/view.ts";
import { shownTypes } from "../state/document.ts";
import type { Editor } from "../state/editor.ts";
import type { Command, Doing } from "./command.ts";

/** Where the pointer is; by keys alone beside the selected node, in the body it stands in. */
function openPalette({ editor, canvas }: Doing): void {
  if (!canvas) return;
  const screen = canvas.pointer();
  const at = canvas.hovered() ? canvas.at(screen) : beside(editor);
  editor.ui.getState().openPalette({ screen, ...at });
}

/** Below the node selected last, or below the whole graph: in a loop only where that one is. */
export function beside(editor: Editor): { readonly scope: string; readonly place: Point } {
  const state = editor.document.getState();
  const geometry = geometryOf(shownTypes(state));
  const { scopes } = geometry.types;
  const by = [...state.selection].at(-1);
  const scope = by === undefined ? "" : scopes.home(by);
  const ids = [...scopes.nodes.keys()].filter(
    (id) => scopes.home(id) === scope && (by === undefined || id === by),
  );
  const places = ids.map((id) => ({
    x: geometry.place(id).x,
    y: geometry.place(id).y + geometry.shape(id).height,
  }));
  const x = Math.min(...places.map((place) => place.x), places.length > 0 ? Infinity : 0);
  const y = Math.max(...places.map((place) => place.y), places.length > 0 ? -Infinity : 0);
  return { scope, place: { x: x + MEASURES.width / 2, y: y + 2 * MEASURES.header } };
}

export const VIEWING: readonly Command[] = [
  {
    // A tap on Space does it too: see canvas/useSpace.ts.
    id: "add",
    title: "Add a node",
    group: "node",
    keys: ["Shift+A"],
    run: openPalette,
  },
  {
    id: "add-tab",
    title: "Add a node",
    group: "node",
    keys: ["Tab"],
    when: ({ canvas }) => canvas?.hovered() === true && document.activeElement === document.body,
    run: openPalette,
  },
  {
    id: "library",
    title: "Show or hide the library of nodes",
    group: "view",
    keys: ["N"],
    run: ({ editor }) => editor.ui.getState().toggle("library"),
  },
  {
    id: "fit-selection",
    title: "Show the selection",
    group: "view",
    keys: ["."],
    run: ({ editor, canvas }) => canvas?.fit([...editor.document.getState().selection]),
  },
  {
    id: "fit-all",
    title: "Show everything",
    group: "view",
    keys: ["Shift+1"],
    run: ({ canvas }) => canvas?.fit(),
  },
  {
    id: "zoom-in",
    title: "Zoom in",
    group: "view",
    keys: ["Alt+="],
    run: ({ canvas }) => canvas?.zoom(1.25),
  },
  {
    id: "zoom-out",
    title: "Zoom out",
    group: "view",
    keys: ["Alt+-"],
    run: ({ canvas }) => canvas?.zoom(0.8),
  },
  {
    id: "minimap",
    title: "Show or hide the map",
    group: "view",
    keys: ["Alt+M"],
    run: ({ editor }) => editor.ui.getState().toggle("map"),
  },
  {
    id: "app-mode",
    title: "Show as an app: the form and the pictures",
    group: "view",
    keys: ["Alt+A"],
    run: () => showing.getState().toggle(),
  },
  {
    id: "commands",
    title: "All commands",
    group: "view",
    keys: ["Ctrl+Shift+P", "F1"],
    whileTyping: true,
    run: ({ work }) => work.desk.getState().ask({ kind: "commands" }),
  },
  {
    id: "keys",
    title: "Keys",
    group: "view",
    keys: ["Shift+?", "?", "Shift+/"],
    run: ({ work }) => work.desk.getState().ask({ kind: "keys" }),
  },
  {
    id: "out",
    title: "Leave the subgraph",
    group: "view",
    keys: ["Escape"],
    run: ({ editor }) => {
      const { document, ui } = { document: editor.document.getState(), ui: editor.ui.getState() };
      if (ui.palette) ui.closePalette();
      else if (ui.refused) ui.refuse(null);
      else if (ui.dialog !== null) ui.show(null);
      else if (document.selection.size > 0) document.select([]);
      else if (document.place !== "") {
        document.enter("");
        ui.standIn("");
      }
    },
  },
];
