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
import type * as Losing from "./lost.ts";
import { QUIET } from "./nodestates.ts";
import type { Mark, NodeState, NodeStatesStore } from "./nodestates.ts";

export interface PlanState {
  /** What is wrong with the document as it stands: ours at once, the server's soon after. */
  readonly problems: readonly Problem[];
  /** Seconds that a run would take; null where that is not known. */
  readonly total: number | null;
  /** How many nodes (loops count once) would run. */
  readonly count: number;
  /** Why a run would make nothing at all; null where it would, or where that is not known. */
  readonly nothing: Problem | null;
}

export type PlanStore = StoreApi<PlanState>;
const PAUSE = 200;
const VALIDATOR = late(() => import("../graph/validate.ts"), "soon");
const LOST = late(() => import("./lost.ts"));
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
    nothing: null,
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
    // What was said of another state of the document holds no more.
    if (this.store.getState().nothing) this.store.setState({ nothing: null });
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
      const found = await server.forecast(toJson(document), asking.signal);
      const losing = found.lost.length > 0 ? await LOST.load().catch(() => null) : null;
      this.mark(found, document, losing);
    } catch (error) {
      if (error instanceof ServerError) this.store.setState({ problems: error.problems });
      else if (!(error instanceof DOMException)) throw error;
      if (!asking.signal.aborted) this.forget();
    }
  }

  private mark(found: server.Forecast, document: Graph, losing: typeof Losing | null): void {
    if (this.document.getState().document !== document) return;
    const sinks = found.lost.filter((name) => !document.outputs.has(name));
    const lost = losing ? [...new losing.Muting(document).lost().keys(), ...sinks] : [];
    const { byPath, setAll } = this.states.getState();
    // Nodes of which nothing is said would not run: what was said of them before is over.
    const said = new Map<string, Said>([...byPath.keys()].map((path) => [path, UNSAID]));
    for (const path of lost) said.set(path, { ...UNSAID, mark: "lost" });
    for (const [path, state] of Object.entries(found.states)) {
      const estimate = found.seconds[path] ?? null;
      said.set(path, { mark: MARKS[state] ?? "none", estimate, turns: pairOf(found.turns[path]) });
    }
    setAll([...said].filter(([path, change]) => !alike(byPath.get(path) ?? QUIET, change)));
    const count = Object.values(found.states).filter((state) => state === "run").length;
    const nothing =
      losing && Object.keys(found.states).length === 0
        ? losing.nothingMade(document, found.lost)
        : null;
    this.store.setState({ total: found.total ?? null, count, nothing });
  }

  private forget(): void {
    const paths = [...this.states.getState().byPath.keys()];
    this.states.getState().setAll(paths.map((path) => [path, UNSAID] as const));
    this.store.setState({ total: null, count: 0, nothing: null });
  }
}

type Said = Pick<NodeState, "mark" | "estimate" | "turns">;

const UNSAID: Said = { mark: "none", estimate: null, turns: null };

function alike(state: NodeState, said: Said): boolean {
  const { mark, estimate, turns } = state;
  return (
    JSON.stringify([mark, estimate, turns]) ===
    JSON.stringify([said.mark, said.estimate, said.turns])
  );
}

const unchecked = (): readonly Problem[] => [];

function pairOf(turns: readonly number[] | undefined): readonly [number, number] | null {
  const [kept, of] = turns ?? [];
  return kept === undefined || of === undefined ? null : [kept, of];
}
