/** Commands on the graph: what the keys of a node editor do. */

import { canBypass } from "../graph/bypass.ts";
import type { Alignment } from "../graph/commands/moving.ts";
import { removeNodes, toggleMode, toggleView } from "../graph/commands/nodes.ts";
import type { Graph } from "../graph/model.ts";
import { shownTypes } from "../state/document.ts";
import { late } from "../state/late.ts";
import { chosen, counted, holdsLoop, loopOf, partOf, several, some } from "./chosen.ts";
import type { Command, Doing } from "./command.ts";
import { stepBack, stepForth } from "./steps.ts";

const DEEDS = late(() => import("./deeds.ts"), "soon");

export const EDITING: readonly Command[] = [
  {
    id: "undo",
    title: "Undo",
    group: "edit",
    keys: ["Ctrl+Z"],
    run: ({ editor }) => stepBack(editor),
  },
  {
    id: "redo",
    title: "Redo",
    group: "edit",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    run: ({ editor }) => stepForth(editor),
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
    run: (doing) => DEEDS.with(({ takeOut }) => takeOut(doing)),
  },
  {
    id: "duplicate",
    title: "Duplicate",
    group: "edit",
    keys: ["Ctrl+D"],
    when: some,
    run: (doing) => DEEDS.with(({ copy }) => copy(doing, false)),
  },
  {
    id: "duplicate-wired",
    title: "Duplicate with inputs",
    group: "edit",
    keys: ["Ctrl+Shift+D"],
    when: some,
    run: (doing) => DEEDS.with(({ copy }) => copy(doing, true)),
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
    run: (doing) => DEEDS.with(({ frame }) => frame(doing)),
  },
  {
    id: "repeat",
    title: "Put into a Repeat",
    group: "node",
    when: some,
    run: (doing) => DEEDS.with(({ wrap }) => wrap(doing, "Repeat")),
  },
  {
    id: "map",
    title: "Put into a Map",
    group: "node",
    when: some,
    run: (doing) => DEEDS.with(({ wrap }) => wrap(doing, "Map")),
  },
  {
    id: "unwrap",
    title: "Take the body out of its loop",
    group: "node",
    when: (doing) => loopOf(doing) !== null,
    run: (doing) => DEEDS.with(({ unwrap }) => unwrap(doing)),
  },
  {
    id: "fold",
    title: "Fold into a subgraph",
    group: "node",
    keys: ["Ctrl+Shift+G"],
    when: some,
    run: (doing) => DEEDS.with(({ foldPart }) => foldPart(doing)),
  },
  {
    id: "fold-sampler",
    title: "Fold the loop into a sampler",
    group: "node",
    when: (doing) => loopOf(doing) !== null,
    run: (doing) => DEEDS.with(({ foldLoop }) => foldLoop(doing)),
  },
  {
    id: "expand",
    title: "Expand the subgraph",
    group: "node",
    when: (doing) => partOf(doing) !== null && !holdsLoop(doing),
    run: (doing) => DEEDS.with(({ expandPart }) => expandPart(doing)),
  },
  {
    id: "expand-loop",
    title: "Open the loop (expand the subgraph)",
    group: "node",
    when: holdsLoop,
    run: (doing) => DEEDS.with(({ expandPart }) => expandPart(doing)),
  },
  {
    id: "arrange",
    title: "Lay out",
    group: "view",
    keys: ["Ctrl+Shift+L"],
    run: (doing) => DEEDS.with(({ layOut }) => layOut(doing)),
  },
  {
    id: "note",
    title: "Add a note",
    group: "node",
    run: (doing) => DEEDS.with(({ note }) => note(doing)),
  },
  ...(["left", "right", "top", "bottom", "middle", "centre"] as const).map(alignment),
  ...(["x", "y"] as const).map((axis): Command => ({
    id: `distribute-${axis}`,
    title: axis === "x" ? "Distribute across" : "Distribute down",
    group: "view",
    when: several,
    run: (doing) => DEEDS.with(({ spread }) => spread(doing, axis)),
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
    run: (doing) => DEEDS.with(({ push }) => push(doing, { x, y })),
  })),
];

function alignment(how: Alignment): Command {
  return {
    id: `align-${how}`,
    title: `Align ${how}`,
    group: "view",
    when: several,
    run: (doing) => DEEDS.with(({ line }) => line(doing, how)),
  };
}

function on(doing: Doing, word: string, change: (graph: Graph, ids: string[]) => Graph): void {
  const ids = chosen(doing);
  doing.editor.document.getState().edit(counted(word, ids), (graph) => change(graph, ids));
}
