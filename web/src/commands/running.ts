/** Commands that run graphs. */

import { splitWire } from "../graph/model.ts";
import { shownTypes } from "../state/document.ts";
import type { Command, Doing } from "./command.ts";

const queue = ({ editor }: Doing, first: boolean): Promise<void> =>
  editor.runs.getState().submit(editor.document.getState().document, { first });

export const RUNNING: readonly Command[] = [
  {
    id: "run",
    title: "Run",
    group: "run",
    keys: ["Ctrl+Enter"],
    whileTyping: true,
    run: (doing) => queue(doing, false),
  },
  {
    id: "run-first",
    title: "Run before all others",
    group: "run",
    keys: ["Ctrl+Shift+Enter"],
    whileTyping: true,
    run: (doing) => queue(doing, true),
  },
  {
    id: "cancel",
    title: "Cancel the run",
    group: "run",
    keys: ["Ctrl+Alt+Enter"],
    whileTyping: true,
    run: ({ editor }) => editor.runs.getState().cancel(),
  },
  {
    id: "run-to",
    title: "Run up to the selected node",
    group: "run",
    keys: ["Ctrl+Shift+Space"],
    whileTyping: true,
    when: ({ editor }) => editor.document.getState().selection.size > 0,
    run: ({ editor }) => {
      const want = wanted(editor.document.getState());
      return editor.runs.getState().submit(editor.document.getState().document, { want });
    },
  },
];

/** Every output of the selected nodes; a node without outputs by its own name. */
function wanted(state: Parameters<typeof shownTypes>[0]): string[] {
  const types = shownTypes(state);
  return [...state.selection].flatMap((id) => {
    const outputs = types.outputs(id);
    return outputs.length > 0 ? outputs.map((port) => `${id}.${port}`) : [splitWire(id)[0]];
  });
}
