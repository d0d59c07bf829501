/** What a run would do, asked of the server as the document changes: never guessed here. */

import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Problem } from "../graph/errors.ts";
import type { Graph } from "../graph/model.ts";
import { toJson } from "../graph/serialize.ts";
import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { DocumentStore } from "./document.ts";
import { late } from "./late.ts";
import { knownLists } from "./lists.ts";
import type { Mark, NodeState, NodeStatesStore } from "./nodestates.ts";

export interface PlanState {
  /** What is wrong with the document as it stands: ours at once, the server's soon after. */
  readonly problems: readonly Problem[];
  /** Seconds that a run would take; null where that is not known. */
  readonly total: number | null;
  /** How many nodes (loops count once) would run. */
  readonly count: number;
}

export type PlanStore = StoreApi<PlanState>;
const PAUSE = 200;
const VALIDATOR = late(() => import("../graph/validate.ts"), "soon");
const MARKS: Readonly<Record<string, Mark>> = {
  run: "run",
  cached: "cached",
  unknown: "unknown",
  "not needed": "unneeded",
};

/** Keeps a plan for a document; `again` asks anew, as after a run. */
export class Planner {
  readonly store: PlanStore = createStore<PlanState>(() => ({
    problems: [],
    total: null,
    count: 0,
  }));
  private readonly document: DocumentStore;
  private readonly states: NodeStatesStore;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking: AbortController | null = null;
  private readonly stop: () => void;

  constructor(document: DocumentStore, states: NodeStatesStore) {
    this.document = document;
    this.states = states;
    this.stop = document.subscribe((state, before) => {
      if (state.document !== before.document || state.catalogue !== before.catalogue) this.again();
    });
    this.again();
  }

  again(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), PAUSE);
  }

  close(): void {
    this.stop();
    if (this.timer !== null) clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  private async ask(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    // Without it (the server went before it came) the server's own word is all there is.
    const validator = await VALIDATOR.load().catch(() => null);
    if (this.asking !== asking) return;
    const { document, catalogue } = this.document.getState();
    const problems = (validator?.validate ?? unchecked)(document, catalogue, {
      lists: knownLists(),
      ready: true,
    });
    this.store.setState({ problems });
    if (problems.length > 0) {
      this.forget();
      return;
    }
    try {
      this.mark(await server.forecast(toJson(document), asking.signal), document);
    } catch (error) {
      if (error instanceof ServerError) this.store.setState({ problems: error.problems });
      else if (!(error instanceof DOMException)) throw error;
      if (!asking.signal.aborted) this.forget();
    }
  }

  private mark(found: server.Forecast, document: Graph): void {
    if (this.document.getState().document !== document) return;
    const changes = Object.entries(found.states).map(
      ([path, state]): readonly [string, Partial<NodeState>] => {
        return [
          path,
          {
            mark: MARKS[state] ?? "none",
            estimate: found.seconds[path] ?? null,
            turns: pairOf(found.turns[path]),
          },
        ];
      },
    );
    this.states.getState().setAll(changes);
    const count = Object.values(found.states).filter((state) => state === "run").length;
    this.store.setState({ total: found.total ?? null, count });
  }

  private forget(): void {
    const paths = [...this.states.getState().byPath.keys()];
    this.states
      .getState()
      .setAll(paths.map((path) => [path, { mark: "none", estimate: null, turns: null }] as const));
    this.store.setState({ total: null, count: 0 });
  }
}

const unchecked = (): readonly Problem[] => [];

function pairOf(turns: readonly number[] | undefined): readonly [number, number] | null {
  const [kept, of] = turns ?? [];
  return kept === undefined || of === undefined ? null : [kept, of];
}
