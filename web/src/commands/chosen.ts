/** The selection as commands see it. */

import { shownTypes } from "../state/document.ts";
import type { Doing } from "./command.ts";

export function chosen({ editor }: Doing): string[] {
  return [...editor.document.getState().selection];
}

export function some(doing: Doing): boolean {
  return doing.editor.document.getState().selection.size > 0;
}

export function several(doing: Doing): boolean {
  return doing.editor.document.getState().selection.size > 1;
}

/** A step's name: with the node's where it is one, else with how many. */
export function counted(word: string, ids: readonly string[]): string {
  return ids.length === 1 ? `${word} ${ids[0] ?? ""}` : `${word} ${ids.length} nodes`;
}

/** The one chosen loop; null where none or more are chosen. */
export function loopOf(doing: Doing): string | null {
  const [id] = chosen(doing);
  const { nodes } = shownTypes(doing.editor.document.getState()).scopes;
  return id !== undefined && !several(doing) && nodes.get(id)?.body ? id : null;
}

/** The one chosen subgraph; null where none or more are chosen. */
export function partOf(doing: Doing): string | null {
  const [id] = chosen(doing);
  const { nodes } = shownTypes(doing.editor.document.getState()).scopes;
  return id !== undefined && !several(doing) && nodes.get(id)?.type === "Subgraph" ? id : null;
}

/** Whether the one chosen node is a subgraph with a loop in it. */
export function holdsLoop(doing: Doing): boolean {
  const state = doing.editor.document.getState();
  const node = shownTypes(state).scopes.nodes.get(partOf(doing) ?? "");
  const part = node && state.document.definitions.get(node.graph);
  return part !== undefined && [...part.nodes.values()].some(({ body }) => body !== null);
}
