/** Commands on what is seen. */

import { addNote } from "../graph/commands/grouping.ts";
import type { Command, Doing } from "./command.ts";

function openPalette({ editor, canvas }: Doing): void {
  if (!canvas) return;
  const screen = canvas.pointer();
  editor.ui.getState().openPalette({ screen, ...canvas.at(screen) });
}

export const VIEWING: readonly Command[] = [
  {
    // A tap on Space does it too: see canvas/useSpace.ts.
    id: "add", title: "Add a node", group: "node", keys: ["Shift+A"], run: openPalette,
  },
  {
    id: "add-tab", title: "Add a node", group: "node", keys: ["Tab"],
    when: ({ canvas }) => canvas?.hovered() === true && document.activeElement === document.body, run: openPalette,
  },
  {
    id: "note", title: "Add a note", group: "node",
    run: ({ editor, canvas }) => {
      if (!canvas) return;
      const { place } = canvas.at(canvas.pointer());
      editor.document.getState().edit("Add a note", (graph) => addNote(graph, place, ""));
    },
  },
  { id: "library", title: "Show or hide the library of nodes", group: "view", keys: ["N"], run: ({ editor }) => editor.ui.getState().toggle("library") },
  {
    id: "fit-selection", title: "Show the selection", group: "view", keys: ["."],
    run: ({ editor, canvas }) => canvas?.fit([...editor.document.getState().selection]),
  },
  { id: "fit-all", title: "Show everything", group: "view", keys: ["Shift+1"], run: ({ canvas }) => canvas?.fit() },
  { id: "zoom-in", title: "Zoom in", group: "view", keys: ["Alt+="], run: ({ canvas }) => canvas?.zoom(1.25) },
  { id: "zoom-out", title: "Zoom out", group: "view", keys: ["Alt+-"], run: ({ canvas }) => canvas?.zoom(0.8) },
  { id: "minimap", title: "Show or hide the map", group: "view", keys: ["Alt+M"], run: ({ editor }) => editor.ui.getState().toggle("map") },
  { id: "commands", title: "All commands", group: "view", keys: ["Ctrl+Shift+P", "F1"], whileTyping: true, run: ({ editor }) => editor.ui.getState().show("commands") },
  { id: "keys", title: "Keys", group: "view", keys: ["Shift+?", "?", "Shift+/"], run: ({ editor }) => editor.ui.getState().show("keys") },
  {
    id: "out", title: "Leave the subgraph", group: "view", keys: ["Escape"],
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
