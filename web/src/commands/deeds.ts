/** What the larger commands on the graph do. Loads late: which there are, and their keys, is in `editing`. */

import { duplicate } from "../graph/clipboard.ts";
import { expand } from "../graph/commands/expanding.ts";
import { fold } from "../graph/commands/folding.ts";
import { addFrame, addNote } from "../graph/commands/grouping.ts";
import { unwrapLoop, wrapInLoop } from "../graph/commands/loops.ts";
import type { Outcome } from "../graph/commands/loops.ts";
import { align, arrange, distribute, nudge } from "../graph/commands/moving.ts";
import type { Alignment } from "../graph/commands/moving.ts";
import { removeAndReconnect } from "../graph/commands/nodes.ts";
import { foldSampler } from "../graph/commands/sampler.ts";
import { freshId } from "../graph/edit.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Graph } from "../graph/model.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import type { Point } from "../graph/view.ts";
import { shownTypes } from "../state/document.ts";
import { chosen, counted, loopOf, partOf } from "./chosen.ts";
import type { Doing } from "./command.ts";
import { put } from "./putting.ts";

export function takeOut(doing: Doing): void {
  const ids = chosen(doing);
  edit(doing, counted("Take out", ids), (graph, types) => removeAndReconnect(graph, types, ids));
}

/** `wired`: the copies keep what arrives at their inputs. */
export function copy(doing: Doing, wired: boolean): void {
  const ids = chosen(doing);
  put(doing.editor, counted("Duplicate", ids), (document, place) =>
    duplicate(document, place, ids, wired),
  );
}

export function frame(doing: Doing): void {
  const ids = chosen(doing);
  edit(doing, counted("Frame", ids), (graph) => addFrame(graph, ids, ""));
}

export function note({ editor, canvas }: Doing): void {
  if (!canvas) return;
  const { place } = canvas.at(canvas.pointer());
  editor.document.getState().edit("Add a note", (graph) => addNote(graph, place, ""));
}

export function wrap(doing: Doing, kind: "Repeat" | "Map"): void {
  outcome(doing, `Put into a ${kind}`, (graph, types) =>
    wrapInLoop(graph, types, chosen(doing), { id: freshId(graph, kind.toLowerCase()), kind }),
  );
}

export function unwrap(doing: Doing): void {
  outcome(doing, "Take out of a loop", (graph) => unwrapLoop(graph, loopOf(doing) ?? ""));
}

export function foldPart(doing: Doing): void {
  folded(doing, "Fold", (document, place) => fold(document, place, chosen(doing), "part"));
}

export function foldLoop(doing: Doing): void {
  const types = shownTypes(doing.editor.document.getState());
  folded(doing, "Fold into sampler", (document, place) =>
    foldSampler(document, types, place, loopOf(doing) ?? ""),
  );
}

export function expandPart(doing: Doing): void {
  folded(doing, "Expand", (document, place) => expand(document, place, partOf(doing) ?? ""));
}

/** Several chosen nodes; else all. */
export function layOut(doing: Doing): void {
  const ids = new Set(chosen(doing));
  edit(doing, "Lay out", (graph, types) => arrange(graph, types, ids.size > 1 ? ids : undefined));
}

export function line(doing: Doing, how: Alignment): void {
  edit(doing, "Align", (graph, types) => align(graph, geometryOf(types), chosen(doing), how));
}

export function spread(doing: Doing, axis: "x" | "y"): void {
  edit(doing, "Distribute", (graph, types) =>
    distribute(graph, geometryOf(types), chosen(doing), axis),
  );
}

export function push(doing: Doing, by: Point): void {
  doing.editor.document
    .getState()
    .edit("Nudge", (graph) => nudge(graph, chosen(doing), by), "nudge");
}

function edit(
  { editor }: Doing,
  label: string,
  change: (graph: Graph, types: PortTypes) => Graph,
): void {
  editor.document.getState().edit(label, change);
}

function outcome(
  { editor }: Doing,
  label: string,
  make: (graph: Graph, types: PortTypes) => Outcome,
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
