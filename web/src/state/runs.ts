/**
 * Runs of one open file: what was queued from it, the one that is watched, what came of it.
 *
 * Events of the watched run go into the node states; others change only their own entry.
 */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { PreviewHeader, ServerEvent } from "../api/events.ts";
import * as server from "../api/server.ts";
import type { Run } from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Problem } from "../graph/errors.ts";
import type { Graph } from "../graph/model.ts";
import { makeGraph } from "../graph/model.ts";
import { toJson } from "../graph/serialize.ts";
import { late } from "./late.ts";
import { say } from "../texts/texts.ts";
import { freshTabId } from "../workspace/file.ts";
import { Following, problemsOf } from "./following.ts";
import type { NodeStatesStore } from "./nodestates.ts";

export interface RunsState {
  /** The run that the canvas shows; null before the first. */
  readonly watched: string | null;
  readonly status: Run["status"] | null;
  /** Runs of this file that are queued or running, in their order. */
  readonly open: readonly string[];
  /** Ended runs of this file, the newest first, as the server keeps them. */
  readonly results: readonly Run[];
  /** Problems that the server found, or that a run ended with. */
  readonly problems: readonly Problem[];
  /** Why the last request failed; empty where it did not. */
  readonly refused: string;
  readonly submitting: boolean;
  /** Runs that the server has not answered to: they are sent when it can be reached, in their order. */
  readonly held: readonly Held[];
}

/** A run as it was asked for; the server makes one of it, however often it is sent with its key. */
export interface Held {
  readonly key: string;
  readonly order: server.Order;
}

export interface RunsActions {
  readonly submit: (document: Graph, how?: How) => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly hear: (event: ServerEvent) => void;
  readonly see: (header: PreviewHeader, picture: Blob) => void;
  /** Reads the states anew, after events were missed, and sends what waited for the server. */
  readonly refresh: () => Promise<void>;
  readonly dismiss: () => void;
}

export interface How {
  readonly want?: readonly string[];
  readonly first?: boolean;
  readonly count?: number;
}

export type RunsStore = StoreApi<RunsState & RunsActions>;
const FIRST = 100;
/** How long until what waits is sent again where nothing says that the server is back. */
const PAUSE = 5_000;
const LOST = late(() => import("./lost.ts"));

/** `nothing` says why a run of the document as it stands would make nothing; null where it would. */
export function createRuns(
  states: NodeStatesStore,
  nothing: () => Problem | null = () => null,
): RunsStore {
  return createStore<RunsState & RunsActions>((set, get) => {
    const following = new Following(states);
    const refuse = (error: unknown): void => {
      if (!(error instanceof ServerError)) throw error;
      set({ refused: error.message, problems: error.problems, submitting: false });
    };
    let sent = makeGraph();
    let sending: Promise<void> | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const madeNothing = (why: Problem): void => set({ refused: why.message, problems: [why] });
    const ended = async (id: string): Promise<void> => {
      const run = await server.getRun(id);
      const open = get().open.filter((one) => one !== id);
      const results = [run, ...get().results.filter((one) => one.id !== id)];
      set({ open, results });
      if (id !== get().watched) return;
      following.end(run);
      set({ status: run.status, problems: problemsOf(run) });
      const { status, lost, timings } = run;
      if (status === "completed" && lost.length > 0 && Object.keys(timings).length === 0)
        await LOST.with(({ nothingMade }) => madeNothing(nothingMade(sent, lost)));
    };
    return {
      watched: null,
      status: null,
      open: [],
      results: [],
      problems: [],
      refused: "",
      submitting: false,
      held: [],
      submit: async (document, how = {}) => {
        const none = how.want ? null : nothing();
        if (none) {
          madeNothing(none);
          return;
        }
        sent = document;
        const key = freshTabId();
        const order = {
          graph: toJson(document),
          ...(how.want ? { want: how.want } : {}),
          ...(how.count === undefined ? {} : { count: how.count }),
          ...(how.first ? { priority: FIRST } : {}),
        };
        const held = [...get().held, { key, order }];
        set({ submitting: true, refused: "", problems: [], held });
        await send();
        // A run of kept values may have ended before this answer came: its last event went by.
        await readOpen();
      },
      cancel: async () => {
        if (get().held.length > 0) {
          set({ held: [] });
          return;
        }
        const id = get().watched;
        if (id === null || !get().open.includes(id)) return;
        await server.cancelRun(id).catch(refuse);
      },
      hear: (event) => {
        const { run } = event;
        if (run === null || !get().open.includes(run)) return;
        if (event.type === "run_started" && run !== get().watched) watch(run);
        if (run === get().watched) {
          following.hear(event);
          if (event.type === "run_started") set({ status: "running" });
        }
        if (event.type === "run_finished") void ended(run).catch(refuse);
      },
      see: (header, picture) => {
        if (header.run === get().watched) following.see(header, picture);
      },
      refresh: async () => {
        if (get().refused === say("line.down")) set({ refused: "" });
        await send();
        await readOpen();
      },
      dismiss: () => set({ refused: "" }),
    };

    /** Sends what is held, one after the other; of several calls at once one does it. */
    function send(): Promise<void> {
      sending ??= sendHeld()
        .catch(refuse)
        .finally(() => {
          sending = null;
          set({ submitting: false });
        });
      return sending;
    }

    async function sendHeld(): Promise<void> {
      for (let next = get().held[0]; next; next = get().held[0]) {
        const { key, order } = next;
        const done = (): readonly Held[] => get().held.filter((one) => one.key !== key);
        try {
          accept(await server.submit(order, key), done());
        } catch (error) {
          // Away, or just starting: it says to come again.
          if (error instanceof ServerError && [0, 503].includes(error.status)) {
            timer ??= setTimeout(again, PAUSE);
            return;
          }
          set({ held: done() });
          refuse(error);
        }
      }
    }

    function again(): void {
      timer = null;
      if (get().held.length > 0) void send();
    }

    function accept(runs: readonly Run[], held: readonly Held[]): void {
      const { open } = get();
      const ids = runs.map(({ id }) => id).filter((id) => !open.includes(id));
      set({ held, open: [...open, ...ids] });
      if (open.length === 0 && ids[0] !== undefined) watch(ids[0]);
    }

    async function readOpen(): Promise<void> {
      for (const id of get().open) {
        const run = await server.getRun(id).catch(() => null);
        if (run && !["queued", "running"].includes(run.status)) await ended(id);
      }
    }

    function watch(id: string): void {
      following.start();
      set({ watched: id, status: "queued", problems: [] });
    }
  });
}
