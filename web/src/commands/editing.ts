/** Commands on the graph: what the keys of a node editor do. */

import { addFrame } from "../graph/commands/grouping.ts";
import { fold } from "../graph/commands/folding.ts";
import { expand } from "../graph/commands/expanding.ts";
import { foldSampler } from "../graph/commands/sampler.ts";
import { wrapInLoop, unwrapLoop } from "../graph/commands/loops.ts";
import type { Outcome } from "../graph/commands/loops.ts";
import { align, arrange, distribute, nudge } from "../graph/commands/moving.ts";
import type { Alignment } from "../graph/commands/moving.ts";
import {
  removeAndReconnect,
  removeNodes,
  toggleMode,
  toggleView,
} from "../graph/commands/nodes.ts";
import { canBypass } from "../graph/bypass.ts";
import { duplicate } from "../graph/clipboard.ts";
import type { Pasted } from "../graph/clipboard.ts";
import { freshId } from "../graph/edit.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Graph } from "../graph/model.ts";
import { shownGraph, shownTypes } from "../state/document.ts";
import type { Editor } from "../state/editor.ts";
import type { Command, Doing } from "./command.ts";

const chosen = ({ editor }: Doing): string[] => [...editor.document.getState().selection];
const some = (doing: Doing): boolean => chosen(doing).length > 0;
const several = (doing: Doing): boolean => chosen(doing).length > 1;
const counted = (word: string, ids: readonly string[]): string =>
  ids.length === 1 ? `${word} ${ids[0] ?? ""}` : `${word} ${ids.length} nodes`;

export const EDITING: readonly Command[] = [
  {
    id: "undo",
    title: "Undo",
    group: "edit",
    keys: ["Ctrl+Z"],
    run: ({ editor }) => editor.document.getState().undo(),
  },
  {
    id: "redo",
    title: "Redo",
    group: "edit",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    run: ({ editor }) => editor.document.getState().redo(),
  },
  {
    id: "select-all",
    title: "Select all",
    group: "edit",
    keys: ["Ctrl+A"],
    run: ({ editor }) =>
      editor.document.getState().select(shownTypes(editor.document.getState()).scopes.nodes.keys()),
  },
  {
    id: "delete",
    title: "Delete",
    group: "edit",
    keys: ["Delete", "Backspace"],
    when: some,
    run: (doing) => on(doing, "Remove", (graph, ids) => removeNodes(graph, ids)),
  },
  {
    id: "delete-reconnect",
    title: "Delete and reconnect",
    group: "edit",
    keys: ["Ctrl+Delete", "Ctrl+Backspace"],
    when: some,
    run: (doing) => {
      const ids = chosen(doing);
      doing.editor.document
        .getState()
        .edit(counted("Take out", ids), (graph, types) => removeAndReconnect(graph, types, ids));
    },
  },
  {
    id: "duplicate",
    title: "Duplicate",
    group: "edit",
    keys: ["Ctrl+D"],
    when: some,
    run: (doing) =>
      put(doing.editor, counted("Duplicate", chosen(doing)), (document, place) =>
        duplicate(document, place, chosen(doing), false),
      ),
  },
  {
    id: "duplicate-wired",
    title: "Duplicate with inputs",
    group: "edit",
    keys: ["Ctrl+Shift+D"],
    when: some,
    run: (doing) =>
      put(doing.editor, counted("Duplicate", chosen(doing)), (document, place) =>
        duplicate(document, place, chosen(doing), true),
      ),
  },
  {
    id: "mute",
    title: "Mute",
    group: "node",
    keys: ["Ctrl+M"],
    when: some,
    run: (doing) => on(doing, "Mute", (graph, ids) => toggleMode(graph, ids, "mute")),
  },
  {
    id: "bypass",
    title: "Bypass",
    group: "node",
    keys: ["Ctrl+B"],
    when: (doing) =>
      some(doing) &&
      chosen(doing).every((id) => canBypass(shownTypes(doing.editor.document.getState()), id)),
    run: (doing) => on(doing, "Bypass", (graph, ids) => toggleMode(graph, ids, "bypass")),
  },
  {
    id: "collapse",
    title: "Collapse or expand",
    group: "node",
    keys: ["Alt+C"],
    when: some,
    run: (doing) => on(doing, "Collapse", (graph, ids) => toggleView(graph, ids, "collapsed")),
  },
  {
    id: "pin",
    title: "Pin in place",
    group: "node",
    keys: ["P"],
    when: some,
    run: (doing) => on(doing, "Pin", (graph, ids) => toggleView(graph, ids, "pinned")),
  },
  {
    id: "frame",
    title: "Frame the selection",
    group: "node",
    keys: ["Ctrl+G"],
    when: some,
    run: (doing) => on(doing, "Frame", (graph, ids) => addFrame(graph, ids, "")),
  },
  {
    id: "repeat",
    title: "Put into a Repeat",
    group: "node",
    when: some,
    run: (doing) =>
      outcome(doing, "Put into a Repeat", (graph, types) =>
        wrapInLoop(graph, types, chosen(doing), { id: freshId(graph, "repeat"), kind: "Repeat" }),
      ),
  },
  {
    id: "map",
    title: "Put into a Map",
    group: "node",
    when: some,
    run: (doing) =>
      outcome(doing, "Put into a Map", (graph, types) =>
        wrapInLoop(graph, types, chosen(doing), { id: freshId(graph, "map"), kind: "Map" }),
      ),
  },
  {
    id: "unwrap",
    title: "Take the body out of its loop",
    group: "node",
    when: (doing) => loopOf(doing) !== null,
    run: (doing) =>
      outcome(doing, "Take out of a loop", (graph) => unwrapLoop(graph, loopOf(doing) ?? "")),
  },
  {
    id: "fold",
    title: "Fold into a subgraph",
    group: "node",
    keys: ["Ctrl+Shift+G"],
    when: some,
    run: (doing) =>
      folded(doing, "Fold", (document, place) => fold(document, place, chosen(doing), "part")),
  },
  {
    id: "fold-sampler",
    title: "Fold the loop into a sampler",
    group: "node",
    when: (doing) => loopOf(doing) !== null,
    run: (doing) =>
      folded(doing, "Fold into sampler", (document, place) =>
        foldSampler(
          document,
          shownTypes(doing.editor.document.getState()),
          place,
          loopOf(doing) ?? "",
        ),
      ),
  },
  {
    id: "expand",
    title: "Open the loop (expand the subgraph)",
    group: "node",
    when: (doing) => partOf(doing) !== null,
    run: (doing) =>
      folded(doing, "Expand", (document, place) => expand(document, place, partOf(doing) ?? "")),
  },
  {
    id: "arrange",
    title: "Lay out",
    group: "view",
    keys: ["Ctrl+Shift+L"],
    run: (doing) => {
      const ids = new Set(chosen(doing));
      doing.editor.document
        .getState()
        .edit("Lay out", (graph, types) => arrange(graph, types, ids.size > 1 ? ids : undefined));
    },
  },
  ...(["left", "right", "top", "bottom", "middle", "centre"] as const).map(alignment),
  ...(["x", "y"] as const).map((axis): Command => ({
    id: `distribute-${axis}`,
    title: axis === "x" ? "Distribute across" : "Distribute down",
    group: "view",
    when: several,
    run: (doing) =>
      doing.editor.document
        .getState()
        .edit("Distribute", (graph, types) =>
          distribute(graph, geometryOf(types), chosen(doing), axis),
        ),
  })),
  ...(
    [
      ["ArrowLeft", -12, 0],
      ["ArrowRight", 12, 0],
      ["ArrowUp", 0, -12],
      ["ArrowDown", 0, 12],
    ] as const
  ).map(([key, x, y]): Command => ({
    id: `nudge-${key}`,
    title: `Nudge ${key.slice(5).toLowerCase()}`,
    group: "view",
    keys: [key],
    when: some,
    run: (doing) =>
      doing.editor.document
        .getState()
        .edit("Nudge", (graph) => nudge(graph, chosen(doing), { x, y }), "nudge"),
  })),
];

function alignment(how: Alignment): Command {
  return {
    id: `align-${how}`,
    title: `Align ${how}`,
    group: "view",
    when: several,
    run: (doing) =>
      doing.editor.document
        .getState()
        .edit("Align", (graph, types) => align(graph, geometryOf(types), chosen(doing), how)),
  };
}

function on(doing: Doing, word: string, change: (graph: Graph, ids: string[]) => Graph): void {
  const ids = chosen(doing);
  doing.editor.document.getState().edit(counted(word, ids), (graph) => change(graph, ids));
}

/** The one chosen loop; null where none or more are chosen. */
function loopOf(doing: Doing): string | null {
  const [id] = chosen(doing);
  const { nodes } = shownTypes(doing.editor.document.getState()).scopes;
  return id !== undefined && !several(doing) && nodes.get(id)?.body ? id : null;
}

function partOf(doing: Doing): string | null {
  const [id] = chosen(doing);
  const { nodes } = shownTypes(doing.editor.document.getState()).scopes;
  return id !== undefined && !several(doing) && nodes.get(id)?.type === "Subgraph" ? id : null;
}

function outcome(
  { editor }: Doing,
  label: string,
  make: (graph: Graph, types: ReturnType<typeof shownTypes>) => Outcome,
): void {
  let said = "";
  editor.document.getState().edit(label, (graph, types) => {
    const made = make(graph, types);
    if ("refusal" in made) {
      said = made.refusal;
      return graph;
    }
    if (made.cut.length > 0) said = `These wires had to be cut: ${made.cut.join(", ")}.`;
    return made.graph;
  });
  if (said) editor.ui.getState().tell(said);
}

function folded(
  { editor }: Doing,
  label: string,
  make: (document: Graph, place: string) => ReturnType<typeof fold>,
): void {
  const { place, change } = editor.document.getState();
  let ids: readonly string[] = [];
  change(label, (document) => {
    const made = make(document, place);
    if ("refusal" in made) {
      editor.ui.getState().tell(made.refusal);
      return document;
    }
    ({ ids } = made);
    return made.document;
  });
  if (ids.length > 0) editor.document.getState().select(ids);
}

/** Puts copies in, as one step, and selects them. */
export function put(
  editor: Editor,
  label: string,
  make: (document: Graph, place: string) => Pasted,
): void {
  const { place, change } = editor.document.getState();
  let ids: readonly string[] = [];
  change(label, (document) => {
    const made = make(document, place);
    ({ ids } = made);
    return made.document;
  });
  if (ids.length > 0) editor.document.getState().select(ids);
}

/** Whether anything is on the canvas. */
export function isEmpty(editor: Editor): boolean {
  return shownGraph(editor.document.getState()).nodes.size === 0;
}
