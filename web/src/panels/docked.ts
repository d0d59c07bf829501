/** Which panel of the dock is open; kept for the next visit. */

import { createStore } from "zustand/vanilla";

export const DOCKED = ["inspector", "outline", "problems"] as const;
export type Docked = (typeof DOCKED)[number];

export interface DockState {
  readonly panel: Docked | null;
  readonly open: (panel: Docked | null) => void;
}

const KEY = "latentgraph.dock";
/** On a page this wide the first visit begins with the inspector. */
const ROOMY = 1500;

export const dock = createStore<DockState>((set) => ({
  panel: lastPanel(),
  open: (panel) => {
    set({ panel });
    try {
      localStorage.setItem(KEY, panel ?? "");
    } catch {
      // Forbidden storage: the next visit begins as the first did.
    }
  },
}));

function lastPanel(): Docked | null {
  try {
    const last = localStorage.getItem(KEY);
    if (last !== null) return DOCKED.find((panel) => panel === last) ?? null;
  } catch {
    // Forbidden storage: as on the first visit.
  }
  return typeof window !== "undefined" && window.innerWidth >= ROOMY ? "inspector" : null;
}
