/** What every card shows, an open frame or not: its node, its shape, its name, how it stands. */

import type { GraphNode } from "../graph/model.ts";
import type { Shape } from "../graph/nodeshape.ts";
import { isPinned, titleOf } from "../graph/view.ts";
import { shownGraph } from "../state/document.ts";
import { useDocument, useNode, useNodeState, useShape, useWired } from "../state/editor.ts";
import type { NodeState } from "../state/nodestates.ts";

export interface CardOf {
  /** Undefined for the moment in which it has just been removed. */
  readonly node: GraphNode | undefined;
  readonly shape: Shape;
  readonly state: NodeState;
  readonly wired: ReadonlySet<string>;
  readonly title: string;
  readonly pinned: boolean;
}

export function useCard(id: string): CardOf {
  return {
    node: useNode(id),
    shape: useShape(id),
    state: useNodeState(id),
    wired: useWired(id),
    title: useDocument((document) => titleOf(shownGraph(document), id)),
    pinned: useDocument((document) => isPinned(shownGraph(document), id)),
  };
}

/** What the style sheet tells cards apart by. */
export function marksOf(
  { node, state }: CardOf,
  selected: boolean,
): Readonly<Record<`data-${string}`, string | true | undefined>> {
  return {
    "data-selected": selected || undefined,
    "data-mode": node?.mode === "" ? undefined : node?.mode,
    "data-phase": state.phase,
    "data-mark": state.mark,
  };
}
