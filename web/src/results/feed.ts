/**
 * Every run the server knows of, the newest first: for the queue and the history strip.
 *
 * Read as pages; an event about a run reads its page again, never the event's own words.
 */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { ServerEvent } from "../api/events.ts";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { RunSummary } from "../api/server.ts";

/** How far a running run is, by its newest turn event. */
export interface Progress {
  readonly path: string;
  readonly done: number;
  readonly total: number;
}

export interface FeedState {
  readonly runs: readonly RunSummary[];
  /** Where the next page of older runs begins; null where there is none. */
  readonly next: string | null;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly ready: boolean;
  readonly refresh: () => Promise<void>;
  readonly more: () => Promise<void>;
  readonly hear: (event: ServerEvent) => void;
}

export type FeedStore = StoreApi<FeedState>;

const PAGE = 40;
const PAUSE = 120;
const ABOUT_RUNS = new Set([
  "run_queued",
  "run_started",
  "run_moved",
  "run_finished",
  "run_removed",
  "artifact",
]);

export function createFeed(): FeedStore {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let reading: Promise<void> | null = null;
  let fetching = false;
  return createStore<FeedState>((set, get) => {
    const read = async (): Promise<void> => {
      try {
        const page = await server.listRuns({ limit: String(PAGE) });
        const { runs, next } = get();
        const merged = mergedPage(page.runs, runs);
        set({
          runs: merged,
          ready: true,
          next: merged.length > page.runs.length ? next : page.next,
        });
      } catch (error) {
        // Unreachable: what was read stays, and the line says so when it is back.
        if (!(error instanceof ServerError)) throw error;
      }
    };
    const refresh: FeedState["refresh"] = () => {
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading;
    };
    const later = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        void refresh();
      }, PAUSE);
    };
    return {
      runs: [],
      next: null,
      progress: new Map(),
      ready: false,
      refresh,
      more: async () => {
        const { next } = get();
        if (next === null || fetching) return;
        fetching = true;
        try {
          const page = await server.listRuns({ limit: String(PAGE), cursor: next });
          const known = new Set(get().runs.map(({ id }) => id));
          set({
            runs: [...get().runs, ...page.runs.filter(({ id }) => !known.has(id))],
            next: page.next,
          });
        } finally {
          fetching = false;
        }
      },
      hear: (event) => {
        const { run, type } = event;
        if (run === null) return;
        if (type === "turn" && typeof event.path === "string") {
          const done = Number(event.index) + 1;
          const progress = new Map(get().progress).set(run, {
            path: event.path,
            done,
            total: Number(event.count),
          });
          set({ progress });
        }
        if (type === "run_finished" || type === "run_removed") {
          const progress = new Map(get().progress);
          if (progress.delete(run)) set({ progress });
        }
        if (type === "run_removed") set({ runs: get().runs.filter(({ id }) => id !== run) });
        if (ABOUT_RUNS.has(type)) later();
      },
    };
  });
}

/** The newest page before what was read of older ones; a run keeps its identity while it is alike. */
export function mergedPage(
  page: readonly RunSummary[],
  known: readonly RunSummary[],
): readonly RunSummary[] {
  const byId = new Map(known.map((run) => [run.id, run]));
  const fresh = page.map((run) => {
    const last = byId.get(run.id);
    return last && JSON.stringify(last) === JSON.stringify(run) ? last : run;
  });
  const ids = new Set(page.map(({ id }) => id));
  const oldest = page.at(-1)?.created ?? "";
  const older =
    page.length === 0 ? [] : known.filter((run) => !ids.has(run.id) && run.created < oldest);
  return [...fresh, ...older];
}

/** Runs that wait or are at work: the running ones, then the queue in its order. */
export function openRuns(runs: readonly RunSummary[]): readonly RunSummary[] {
  const running = runs.filter(({ status }) => status === "running");
  const queued = runs.filter(({ status }) => status === "queued");
  return [...running, ...queued.sort((a, b) => (a.place ?? 0) - (b.place ?? 0))];
}
