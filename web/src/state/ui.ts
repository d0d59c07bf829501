/** What is open on the screen: the palette, a refused wire, what was last said aloud. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Connection, Refusal } from "../graph/connect.ts";
import type { Side } from "../graph/scopes.ts";
import type { Point } from "../graph/view.ts";
import type { Target } from "../graph/wires.ts";

/** One free end of a wire, which a new node is to meet. */
export type Loose = { readonly from: string; readonly side?: Side } | { readonly to: Target };

/** The palette of node types: where on the screen, and where the new node will stand. */
export interface PaletteAt {
  readonly screen: Point;
  /** From the corner of the body `scope`. */
  readonly place: Point;
  readonly scope: string;
  readonly loose?: Loose;
}

/** A wire that was refused, with what one click would do about it. */
export interface Refused {
  readonly refusal: Refusal;
  readonly connection: Connection;
  readonly screen: Point;
  /** Where a converter would stand, from the corner of its body. */
  readonly place: Point;
}

export interface Ui {
  readonly palette: PaletteAt | null;
  readonly refused: Refused | null;
  /** Read by screen readers as it changes. */
  readonly said: string;
  /** A sentence for everybody, until it is dismissed or replaced. */
  readonly told: string;
  readonly dialog: Dialog | null;
  readonly hidden: ReadonlySet<Part>;
  /** The node from which a wire is made by keys. */
  readonly wiring: string | null;
  /** The path of the subgraph node through which a definition was opened, as in `sampler`. */
  readonly standing: string;
  /** What the left button does on the ground. */
  readonly drag: "select" | "pan";
  readonly setDrag: (drag: "select" | "pan") => void;
  readonly openPalette: (palette: PaletteAt) => void;
  readonly closePalette: () => void;
  readonly refuse: (refused: Refused | null) => void;
  readonly say: (sentence: string) => void;
  readonly tell: (sentence: string) => void;
  readonly show: (dialog: Dialog | null) => void;
  readonly toggle: (part: Part) => void;
  readonly wireFrom: (node: string | null) => void;
  readonly standIn: (path: string) => void;
}

export type Dialog = "commands" | "keys" | "open" | "settings";
/** Parts of the screen that can be hidden. */
export type Part = "map" | "library" | "side" | "results";

const DRAG = "latentgraph.drag";

export type UiStore = StoreApi<Ui>;

export function createUi(): UiStore {
  return createStore<Ui>((set, get) => ({
    palette: null,
    refused: null,
    said: "",
    told: "",
    dialog: null,
    hidden: new Set<Part>(["library"]),
    wiring: null,
    standing: "",
    drag: localStorage.getItem(DRAG) === "pan" ? "pan" : "select",
    setDrag: (drag) => {
      localStorage.setItem(DRAG, drag);
      set({ drag });
    },
    openPalette: (palette) => set({ palette, refused: null }),
    closePalette: () => set({ palette: null }),
    refuse: (refused) => set({ refused, ...(refused ? { said: refused.refusal.message } : {}) }),
    say: (said) => set({ said }),
    tell: (told) => set({ told, said: told }),
    show: (dialog) => set({ dialog }),
    toggle: (part) => {
      const hidden = new Set(get().hidden);
      if (!hidden.delete(part)) hidden.add(part);
      set({ hidden });
    },
    wireFrom: (wiring) => set({ wiring }),
    standIn: (standing) => set({ standing }),
  }));
}
