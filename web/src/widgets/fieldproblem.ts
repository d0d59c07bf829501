/** What is wrong with one field: of the document as it stands, and of the newest run. */

import { useStore } from "zustand";
import type { Problem } from "../graph/errors.ts";
import type { Graph, GraphNode } from "../graph/model.ts";
import { marksAt } from "../graph/problems.ts";
import type { Marks } from "../graph/problems.ts";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph } from "../state/document.ts";
import { useEditor } from "../state/editor.ts";
import type { Editor } from "../state/editor.ts";

const known = new WeakMap<
  readonly Problem[],
  { readonly document: Graph; readonly place: string; readonly marks: Marks }
>();

/** The problems of the graph on the canvas by node and port; made once for each list of them. */
export function marksOf(editor: Editor, problems: readonly Problem[]): Marks {
  const { document, place } = editor.document.getState();
  const found = known.get(problems);
  // Until the next answer of the server the list belongs to the document it was asked for.
  if (found?.place === place) return found.marks;
  const marks = marksAt(document, place, problems);
  known.set(problems, { document, place, marks });
  return marks;
}

/** The node as it was when a run's problem came: an edit of it mends the field. */
const blamed = new WeakMap<Problem, GraphNode | undefined>();

function stands(editor: Editor, found: Problem, id: string): boolean {
  const node = scopesOf(shownGraph(editor.document.getState())).nodes.get(id);
  if (!blamed.has(found)) blamed.set(found, node);
  return blamed.get(found) === node;
}

/** The sentence for a field; empty where nothing is wrong. */
export function useFieldProblem(id: string, port: string): string {
  const editor = useEditor();
  const planned = useStore(
    editor.planner.store,
    ({ problems }) => marksOf(editor, problems).byPort.get(`${id}.${port}`)?.[0],
  );
  const ran = useStore(
    editor.runs,
    ({ problems }) => marksOf(editor, problems).byPort.get(`${id}.${port}`)?.[0],
  );
  const mended = useStore(editor.document, () => ran !== undefined && !stands(editor, ran, id));
  const found = planned ?? (mended ? undefined : ran);
  if (!found) return "";
  return found.fix === "" ? found.message : `${found.message} ${found.fix}`;
}

/** Every problem of a node: of the document, then of the newest run. */
export function useNodeProblems(id: string): readonly Problem[] {
  const editor = useEditor();
  const planned = useStore(editor.planner.store, ({ problems }) =>
    marksOf(editor, problems).byNode.get(id),
  );
  const ran = useStore(editor.runs, ({ problems }) => marksOf(editor, problems).byNode.get(id));
  return [...(planned ?? []), ...(ran ?? [])];
}
