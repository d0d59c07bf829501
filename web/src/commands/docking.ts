/** Commands that open the panels about the graph, with the focus in them. */

import { DOCKED, dock } from "../panels/docked.ts";
import type { Docked } from "../panels/docked.ts";
import type { Command } from "./command.ts";

const TITLES: Readonly<Record<Docked, string>> = {
  inspector: "Inspector of the selection",
  outline: "Outline: the graph as a tree",
  problems: "List of problems",
};
const KEYS: Readonly<Record<Docked, string>> = {
  inspector: "I",
  outline: "O",
  problems: "Ctrl+Shift+M",
};
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
      focusInto(panel, PATIENCE);
    }
  },
}));

function focusInto(panel: Docked, patience: number): void {
  const body = document.querySelector(`.dock-panel[data-panel="${panel}"] .dock-body`);
  const first =
    body?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]') ??
    body?.querySelector<HTMLElement>("input, textarea, button");
  first?.focus();
  // Until the panel is loaded, what is there of the last one is hidden and takes no focus.
  if ((!first || document.activeElement !== first) && patience > 0)
    requestAnimationFrame(() => focusInto(panel, patience - 1));
}
