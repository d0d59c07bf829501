/** All that the page works with: the open files, and what they share. */

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { StoreApi } from "zustand/vanilla";
import type { FeedState, FeedStore } from "../results/feed.ts";
import type { DeskState, DeskStore } from "./desk.ts";
import type { Drafts } from "./drafts.ts";
import type { Keeper } from "./keeper.ts";
import type { ShelfStore } from "./shelf.ts";
import { shownTab } from "./tabs.ts";
import type { Tab, TabsActions, TabsState, TabsStore } from "./tabs.ts";

export interface Line {
  /** Whether events arrive. */
  readonly up: boolean;
  /** Whether they ever did: a page without a server says so in other words. */
  readonly known: boolean;
}

export interface Work {
  readonly tabs: TabsStore;
  readonly shelf: ShelfStore;
  readonly feed: FeedStore;
  readonly desk: DeskStore;
  readonly line: StoreApi<Line>;
  /** Tries the line at once. */
  readonly hurry: () => void;
  /** Null where this browser keeps nothing. */
  readonly drafts: Drafts | null;
  readonly keeper: Keeper | null;
}

export const WorkContext = createContext<Work | null>(null);

export function useWork(): Work {
  const work = useContext(WorkContext);
  if (!work) throw new Error("This component stands outside the page's work.");
  return work;
}

export function useTabs<T>(select: (state: TabsState & TabsActions) => T): T {
  return useStore(useWork().tabs, select);
}

export function useShownTab(): Tab | undefined {
  return useTabs(shownTab);
}

export function useDesk<T>(select: (state: DeskState) => T): T {
  return useStore(useWork().desk, select);
}

export function useFeed<T>(select: (state: FeedState) => T): T {
  return useStore(useWork().feed, select);
}

export function useLine(): Line {
  return useStore(useWork().line);
}
