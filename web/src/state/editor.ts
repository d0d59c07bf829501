/** One open file as the components see it: its document, its nodes' states, what is open. */

import { createContext, useContext, useMemo } from "react";
import { useStore } from "zustand";
import type { Input } from "../graph/catalogue.ts";
import type { Geometry } from "../graph/geometry.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { GraphNode } from "../graph/model.ts";
import type { Shape } from "../graph/nodeshape.ts";
import { scopesOf } from "../graph/scopes.ts";
import { wiredAt } from "../graph/wiredports.ts";
import { shownGraph, shownTypes } from "./document.ts";
import type { DocumentActions, DocumentState, DocumentStore } from "./document.ts";
import { QUIET } from "./nodestates.ts";
import type { NodeState, NodeStatesStore } from "./nodestates.ts";
import type { PlanState, Planner } from "./plan.ts";
import type { RunsActions, RunsState, RunsStore } from "./runs.ts";
import type { Ui, UiStore } from "./ui.ts";

export interface Editor {
  readonly document: DocumentStore;
  readonly states: NodeStatesStore;
  readonly ui: UiStore;
  readonly runs: RunsStore;
  readonly planner: Planner;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("This component stands outside an editor.");
  return editor;
}

export function useDocument<T>(select: (state: DocumentState & DocumentActions) => T): T {
  return useStore(useEditor().document, select);
}

export function useUi<T>(select: (state: Ui) => T): T {
  return useStore(useEditor().ui, select);
}

export function useRuns<T>(select: (state: RunsState & RunsActions) => T): T {
  return useStore(useEditor().runs, select);
}

export function usePlan<T>(select: (state: PlanState) => T): T {
  return useStore(useEditor().planner.store, select);
}

/** One node of the graph on the canvas; re-renders only when that node changes. */
export function useNode(id: string): GraphNode | undefined {
  return useDocument((state) => scopesOf(shownGraph(state)).nodes.get(id));
}

export function useGeometry(): Geometry {
  return useDocument((state) => geometryOf(shownTypes(state)));
}

/** The state of a node on the canvas; in a subgraph that of the one it was opened through. */
export function useNodeState(id: string): NodeState {
  const standing = useUi((ui) => ui.standing);
  const path = standing === "" ? id : `${standing}/${id}`;
  return useStore(useEditor().states, (states) => states.byPath.get(path) ?? QUIET);
}

/** A node's shape; the same object as long as it is drawn alike. */
export function useShape(id: string): Shape {
  return useSteady(`shape:${id}`, (state) => geometryOf(shownTypes(state)).shape(id));
}

/** An input port with the value typed into it as default; the same object while it reads alike. */
export function useInput(id: string, port: string): Input | null {
  return useSteady(`input:${id}.${port}`, (state) => shownTypes(state).target(`${id}.${port}`));
}

const steady = new WeakMap<DocumentStore, Map<string, unknown>>();

/** What `select` makes, but the last object again where it reads the same. `T` is plain data. */
function useSteady<T>(name: string, select: (state: DocumentState) => T): T {
  const { document } = useEditor();
  return useStore(document, (state) => {
    const made = select(state);
    const kept = steady.get(document) ?? new Map<string, unknown>();
    steady.set(document, kept);
    const last = kept.get(name) as T | undefined;
    if (last !== undefined && (last === made || JSON.stringify(last) === JSON.stringify(made)))
      return last;
    kept.set(name, made);
    return made;
  });
}

/** The input ports of a node that a wire arrives at, and its outputs that one leaves by. */
export function useWired(id: string): ReadonlySet<string> {
  const { document } = useEditor();
  const text = useStore(document, (state) => [...wiredAt(shownGraph(state), id)].join(" "));
  return useMemo(() => new Set(text.split(" ")), [text]);
}
