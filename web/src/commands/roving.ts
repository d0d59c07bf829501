/** Going from node to node by keys, and into a node's fields. */

import { geometryOf } from "../graph/geometry.ts";
import type { Direction } from "../graph/neighbours.ts";
import { neighbour } from "../graph/neighbours.ts";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph, shownTypes } from "../state/document.ts";
import { say } from "../texts/texts.ts";
import type { Command, Doing } from "./command.ts";

const WAYS: readonly (readonly [string, Direction])[] = [
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
];

const last = ({ editor }: Doing): string | null =>
  [...editor.document.getState().selection].at(-1) ?? null;

function go(doing: Doing, direction: Direction): void {
  const { editor, canvas } = doing;
  const state = editor.document.getState();
  const id = neighbour(geometryOf(shownTypes(state)), last(doing), direction);
  if (id === null) return;
  state.select([id]);
  canvas?.reveal(id);
  const node = scopesOf(shownGraph(state)).nodes.get(id);
  const { mark } = editor.states.getState().byPath.get(id) ?? { mark: "none" };
  const standing =
    mark === "run" ? say("node.mark.run") : mark === "cached" ? say("node.mark.cached") : "";
  editor.ui.getState().say(`${node?.type ?? ""} ${id}. ${standing}`);
}

const onCanvas = (): boolean =>
  document.activeElement === document.body ||
  document.activeElement?.classList.contains("canvas") === true;

export const ROVING: readonly Command[] = [
  ...WAYS.map(([key, direction]): Command => ({
    id: `focus-${direction}`,
    title: `Go to the node ${direction === "up" ? "above" : direction === "down" ? "below" : `to the ${direction}`}`,
    group: "view",
    keys: [`Ctrl+${key}`],
    run: (doing) => go(doing, direction),
  })),
  ...WAYS.map(([key, direction]): Command => ({
    id: `focus-first-${direction}`,
    title: "Go to the first node",
    group: "view",
    keys: [key],
    when: (doing) => last(doing) === null && onCanvas(),
    run: (doing) => go(doing, direction),
  })),
  {
    id: "fields",
    title: "Edit the fields",
    group: "node",
    keys: ["Enter"],
    when: (doing) => doing.editor.document.getState().selection.size === 1 && onCanvas(),
    run: (doing) => doing.canvas?.intoFields(last(doing) ?? ""),
  },
  {
    id: "wire",
    title: "Connect by name",
    group: "wire",
    keys: ["W"],
    when: (doing) => doing.editor.document.getState().selection.size === 1,
    run: (doing) => doing.editor.ui.getState().wireFrom(last(doing)),
  },
];
