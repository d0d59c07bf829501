/**
 * What the server says of each node: what would run, what runs, what came of it. By path.
 *
 * One entry a path, replaced whole, so that an event touches the one node it is about.
 */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";

/** What a run would do, from the server's plan; `lost`: it needs what is muted; `none`: nobody said. */
export type Mark = "none" | "run" | "cached" | "unknown" | "unneeded" | "lost";
export type Phase = "idle" | "queued" | "running" | "done" | "failed";

export interface NodeState {
  readonly mark: Mark;
  /** Seconds a run of it is likely to take, from past runs; null where nobody knows. */
  readonly estimate: number | null;
  /** Of a loop: how many of how many turns are kept; null where nobody has said. */
  readonly turns: readonly [number, number] | null;
  readonly phase: Phase;
  /** Turns of a loop or parts of a long call: `done` of `total`, and how many a second. */
  readonly done: number;
  readonly total: number;
  readonly rate: number;
  /** How long it took in the last run; null where it did not run. */
  readonly seconds: number | null;
  /** The last run found it kept. */
  readonly kept: boolean;
  /** A sentence for a failed node. */
  readonly problem: string;
  /** An address of the newest picture: a loop's preview, a sink's file. Empty where none. */
  readonly picture: string;
}

export const QUIET: NodeState = {
  mark: "none",
  estimate: null,
  turns: null,
  phase: "idle",
  done: 0,
  total: 0,
  rate: 0,
  seconds: null,
  kept: false,
  problem: "",
  picture: "",
};

export interface NodeStates {
  readonly byPath: ReadonlyMap<string, NodeState>;
  readonly set: (path: string, change: Partial<NodeState>) => void;
  /** Sets many at once: one update for one plan. */
  readonly setAll: (changes: Iterable<readonly [string, Partial<NodeState>]>) => void;
  readonly clear: () => void;
}

export type NodeStatesStore = StoreApi<NodeStates>;

export function createNodeStates(): NodeStatesStore {
  return createStore<NodeStates>((set, get) => {
    const setAll: NodeStates["setAll"] = (changes) => {
      const byPath = new Map(get().byPath);
      for (const [path, change] of changes) {
        byPath.set(path, { ...(byPath.get(path) ?? QUIET), ...change });
      }
      set({ byPath });
    };
    return {
      byPath: new Map(),
      setAll,
      set: (path, change) => setAll([[path, change]]),
      clear: () => set({ byPath: new Map() }),
    };
  });
}
