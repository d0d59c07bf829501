/**
 * One open graph: the document, its history, and what is selected in which of its graphs.
 *
 * The only place where a document changes. A change is a pure command of `graph/commands`, run
 * through `edit` (in the graph at `place`) or `change` (in the whole document).
 */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Catalogue } from "../graph/catalogue.ts";
import { diff } from "../graph/diff.ts";
import { editAt, graphAt } from "../graph/edit.ts";
import { EMPTY_HISTORY, record, redo, seal, undo } from "../graph/history.ts";
import type { Gesture, History, Moved } from "../graph/history.ts";
import type { Graph } from "../graph/model.ts";
import { typesOf } from "../graph/porttypes.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import { scopesOf } from "../graph/scopes.ts";

/** A command on the graph that is edited; `types` are those of the graph as it comes. */
export type Command = (graph: Graph, types: PortTypes) => Graph;

export interface DocumentState {
  readonly document: Graph;
  readonly history: History;
  readonly catalogue: Catalogue;
  /** The graph on the canvas: empty for the file's own, else a definition's name. */
  readonly place: string;
  readonly selection: ReadonlySet<string>;
  /** The document as last saved or opened: what differs from it is unsaved. */
  readonly saved: Graph;
}

export interface DocumentActions {
  readonly edit: (label: string, command: Command, merge?: string) => void;
  readonly change: (label: string, command: (document: Graph) => Graph, merge?: string) => void;
  /** Ends a burst of typing or nudging: the next change is a step of its own. */
  readonly seal: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly select: (ids: Iterable<string>) => void;
  readonly enter: (place: string) => void;
  readonly markSaved: () => void;
  readonly setCatalogue: (catalogue: Catalogue) => void;
}

export type DocumentStore = StoreApi<DocumentState & DocumentActions>;

export interface Opening {
  readonly document: Graph;
  readonly catalogue: Catalogue;
  readonly history?: History;
  readonly saved?: Graph;
  readonly now?: () => number;
}

export function createDocumentStore(opening: Opening): DocumentStore {
  const now = opening.now ?? Date.now;
  return createStore<DocumentState & DocumentActions>((set, get) => {
    const gesture = (label: string, merge: string | undefined): Gesture => ({
      label,
      place: get().place,
      at: now(),
      ...(merge === undefined ? {} : { merge }),
    });
    const change: DocumentActions["change"] = (label, command, merge) => {
      const { document, history } = get();
      const after = command(document);
      if (after === document) return;
      set({
        document: after,
        history: record(history, document, after, gesture(label, merge)),
        ...standing(get(), after, get().place),
      });
    };
    const move = (moved: Moved | null): void => {
      if (!moved) return;
      const { document, history, step } = moved;
      set({ document, history, ...standing(get(), document, step.place) });
    };
    return {
      document: opening.document,
      history: opening.history ?? EMPTY_HISTORY,
      catalogue: opening.catalogue,
      place: "",
      selection: new Set(),
      saved: opening.saved ?? opening.document,
      change,
      edit: (label, command, merge) => {
        const { catalogue, place } = get();
        change(
          label,
          (document) =>
            editAt(document, place, (graph) => command(graph, typesOf(document, catalogue, place))),
          merge,
        );
      },
      seal: () => set({ history: seal(get().history) }),
      undo: () => move(undo(get().history, get().document)),
      redo: () => move(redo(get().history, get().document)),
      select: (ids) => set({ selection: new Set(ids) }),
      enter: (place) => set({ place, selection: new Set() }),
      markSaved: () => set({ saved: get().document, history: seal(get().history) }),
      setCatalogue: (catalogue) => set({ catalogue }),
    };
  });
}

/** Where the user stands after a change: a graph that is still there, with nodes that are. */
function standing(
  state: DocumentState,
  document: Graph,
  place: string,
): Pick<DocumentState, "place" | "selection"> {
  const graph = graphAt(document, place);
  if (!graph) return { place: "", selection: new Set() };
  const { nodes } = scopesOf(graph);
  const kept = place === state.place ? [...state.selection].filter((id) => nodes.has(id)) : [];
  const same = kept.length === state.selection.size && place === state.place;
  return { place, selection: same ? state.selection : new Set(kept) };
}

/** The graph on the canvas. */
export function shownGraph(state: DocumentState): Graph {
  return graphAt(state.document, state.place) ?? state.document;
}

/** The port types of the graph on the canvas; made once for each state of the document. */
export function shownTypes(state: DocumentState): PortTypes {
  const place = state.document.definitions.has(state.place) ? state.place : "";
  return typesOf(state.document, state.catalogue, place);
}

/** Whether something is unsaved. Positions count: they are in the file. */
export function isDirty({ document, saved }: DocumentState): boolean {
  if (document === saved) return false;
  const answer = compared.get(document);
  if (answer?.saved === saved) return answer.dirty;
  const dirty = diff(saved, document).length > 0;
  compared.set(document, { saved, dirty });
  return dirty;
}

/** For each document the one it was compared with last, and whether they differ. */
const compared = new WeakMap<Graph, { readonly saved: Graph; readonly dirty: boolean }>();
