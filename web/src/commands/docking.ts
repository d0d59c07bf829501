/** Commands that open the panels about the graph, with the focus in them. */

import { DOCKED, dock } from "../panels/docked.ts";
import type { Docked } from "../panels/docked.ts";
import type { Command } from "./command.ts";

const TITLES: Readonly<Record<Docked, string>> = {
  inspector: "Inspector of the selection",
  outline: "Outline: the graph as a tree",
  problems: "List of problems",
};
const KEYS: Readonly<Record<Docked, string>> = { inspector: "I", outline: "O", problems: "Ctrl+Shift+M" };
/** Frames to wait for a panel that is loaded when it is first opened. */
const PATIENCE = 90;

export const DOCKING: readonly Command[] = DOCKED.map((panel) => ({
  id: `dock-${panel}`,
  title: TITLES[panel],
  group: "view",
  keys: [KEYS[panel]],
  run: () => {
    const { panel: open, open: show } = dock.getState();
    if (open === panel && document.activeElement?.closest(".dock")) show(null);
    else {
      show(panel);
      focusInto(PATIENCE);
    }
  },
}));

function focusInto(patience: number): void {
  const first = document.querySelector<HTMLElement>('.dock-body :is([role="treeitem"][tabindex="0"], input, textarea, button)');
  if (first) first.focus();
  else if (patience > 0) requestAnimationFrame(() => focusInto(patience - 1));
}
