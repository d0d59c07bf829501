/** What lies open over the whole page: dialogs that ask, the panel at the side, what was told. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Graph } from "../graph/model.ts";
import type { Source } from "../graph/scopes.ts";
import type { Point } from "../graph/view.ts";
import type { Newer } from "./tabs.ts";

/** A place on the canvas: from the corner of the body `scope`. */
export interface Spot {
  readonly scope: string;
  readonly place: Point;
}

/** A question or a list in the middle of the page. */
export type Dialog =
  | { readonly kind: "open"; readonly part?: "saved" | "templates" | "closed" }
  | { readonly kind: "save-as"; readonly tab: string }
  | { readonly kind: "versions"; readonly name: string; readonly title: string }
  | { readonly kind: "conflict"; readonly tab: string; readonly theirs: Graph; readonly now: Newer }
  | Dropped
  | { readonly kind: "missing"; readonly title: string; readonly items: readonly Missing[] }
  /** The pictures of past runs, one of them in full. */
  | { readonly kind: "results"; readonly shown: string }
  | { readonly kind: "branch"; readonly loop: string; readonly turn: number }
  | { readonly kind: "settings" }
  | { readonly kind: "commands" }
  | { readonly kind: "keys" };

/** A picture with a graph; `notes` where that was made of its parameters: what it leaves out. */
export interface Dropped {
  readonly kind: "dropped";
  readonly file: File;
  readonly graph: Graph;
  readonly notes?: readonly string[];
  readonly at?: Spot;
}

/** A file that a graph names and this machine lacks. */
export interface Missing {
  readonly node: string;
  readonly port: string;
  readonly list: string;
  readonly value: string;
}

export const PANELS = ["queue", "models", "log", "text"] as const;
export type Panel = (typeof PANELS)[number];

/** A sentence for everybody, with what one click would do about it. */
export interface Notice {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Wires whose values are shown, and where on the screen; `stays` until it is closed. */
export interface Inspected {
  readonly wires: readonly Source[];
  readonly screen: Point;
  readonly stays: boolean;
}

export interface DeskState {
  readonly dialog: Dialog | null;
  readonly panel: Panel | null;
  /** The run whose log was asked for; empty for the newest one. */
  readonly logged: string;
  readonly notice: Notice | null;
  readonly inspected: Inspected | null;
  readonly ask: (dialog: Dialog | null) => void;
  /** Opens a panel; the log with the run it is about. */
  readonly open: (panel: Panel | null, run?: string) => void;
  readonly tell: (notice: Notice | null) => void;
  readonly inspect: (inspected: Inspected | null) => void;
}

export type DeskStore = StoreApi<DeskState>;

const KEY = "latentgraph.panel";

export function createDesk(): DeskStore {
  return createStore<DeskState>((set) => ({
    dialog: null,
    panel: lastPanel(),
    logged: "",
    notice: null,
    inspected: null,
    ask: (dialog) => set({ dialog }),
    open: (panel, run = "") => {
      set({ panel, logged: run });
      try {
        localStorage.setItem(KEY, panel ?? "");
      } catch {
        // Forbidden storage: the next load begins without a panel.
      }
    },
    tell: (notice) => set({ notice }),
    inspect: (inspected) => set({ inspected }),
  }));
}

function lastPanel(): Panel | null {
  try {
    const last = localStorage.getItem(KEY);
    return PANELS.find((panel) => panel === last) ?? null;
  } catch {
    return null;
  }
}
