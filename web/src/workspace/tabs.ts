/** The open files: their order, which one is shown, and what is known of each from elsewhere. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Editor } from "../state/editor.ts";
import type { FileRef } from "./file.ts";

/** A version that somebody saved after the one that a tab goes out from. */
export interface Newer {
  readonly version: number;
  readonly etag: string;
}

export interface Tab {
  readonly id: string;
  readonly editor: Editor;
  readonly file: FileRef;
  /** Another version was saved since, here or elsewhere; null where none was. */
  readonly newer: Newer | null;
  /** The same file is open in another page of this browser. */
  readonly elsewhere: boolean;
  /** Of a draft that another page left behind: when it was written there. Until it is saved. */
  readonly adopted?: number | undefined;
}

export interface TabsState {
  readonly tabs: readonly Tab[];
  /** The id of the tab that is shown; empty only before the first one is open. */
  readonly active: string;
}

export interface TabsActions {
  /** Puts a tab behind the shown one, and shows it unless told otherwise. */
  readonly add: (tab: Tab, shown?: boolean) => void;
  /** Takes a tab away; its neighbour is shown in its place. */
  readonly remove: (id: string) => void;
  readonly show: (id: string) => void;
  /** Shows the next (1) or the last one (-1), round the ends. */
  readonly turn: (by: number) => void;
  readonly move: (id: string, to: number) => void;
  readonly set: (
    id: string,
    change: Partial<Pick<Tab, "file" | "newer" | "elsewhere" | "adopted">>,
  ) => void;
}

export type TabsStore = StoreApi<TabsState & TabsActions>;

export function createTabs(): TabsStore {
  return createStore<TabsState & TabsActions>((set, get) => ({
    tabs: [],
    active: "",
    add: (tab, shown = true) => {
      const { tabs, active } = get();
      const at = tabs.findIndex(({ id }) => id === active);
      const grown = at < 0 ? [...tabs, tab] : tabs.toSpliced(at + 1, 0, tab);
      set({ tabs: grown, active: shown || active === "" ? tab.id : active });
    },
    remove: (id) => {
      const { tabs, active } = get();
      const at = tabs.findIndex((tab) => tab.id === id);
      if (at < 0) return;
      const left = tabs.toSpliced(at, 1);
      const next = left[Math.min(at, left.length - 1)]?.id ?? "";
      set({ tabs: left, active: active === id ? next : active });
    },
    show: (id) => {
      if (get().tabs.some((tab) => tab.id === id)) set({ active: id });
    },
    turn: (by) => {
      const { tabs, active } = get();
      const at = tabs.findIndex(({ id }) => id === active);
      const next = tabs[(at + by + tabs.length) % Math.max(1, tabs.length)];
      if (next) set({ active: next.id });
    },
    move: (id, to) => {
      const { tabs } = get();
      const at = tabs.findIndex((tab) => tab.id === id);
      const tab = tabs[at];
      if (tab && at !== to) set({ tabs: tabs.toSpliced(at, 1).toSpliced(to, 0, tab) });
    },
    set: (id, change) => {
      set({ tabs: get().tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) });
    },
  }));
}

/** The tab that is shown; undefined only before the first one is open. */
export function shownTab({ tabs, active }: TabsState): Tab | undefined {
  return tabs.find(({ id }) => id === active);
}
