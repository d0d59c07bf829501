/** A file opened: its document, and all that goes with it as long as it is open. */

import type { Catalogue } from "../graph/catalogue.ts";
import type { History } from "../graph/history.ts";
import { placeAll } from "../graph/layout.ts";
import type { Graph } from "../graph/model.ts";
import { createDocumentStore } from "./document.ts";
import type { Editor } from "./editor.ts";
import { createNodeStates } from "./nodestates.ts";
import { Planner } from "./plan.ts";
import { createRuns } from "./runs.ts";
import { createUi } from "./ui.ts";

export interface OpenedFile {
  readonly document: Graph;
  readonly catalogue: Catalogue;
  readonly history?: History;
  readonly saved?: Graph;
}

export function openEditor(file: OpenedFile): Editor {
  const { catalogue, history, saved } = file;
  const document = createDocumentStore({
    document: placeAll(file.document, catalogue),
    catalogue,
    ...(history ? { history } : {}),
    ...(saved ? { saved } : {}),
  });
  const states = createNodeStates();
  const planner = new Planner(document, states);
  const runs = createRuns(states, () => planner.store.getState().nothing);
  runs.subscribe((state, before) => {
    if (state.results !== before.results) planner.again();
  });
  return { document, states, ui: createUi(), runs, planner };
}
