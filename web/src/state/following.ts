/** The events of one run as states of its nodes. Previews: the newest picture wins. */

import type { PreviewHeader, ServerEvent } from "../api/events.ts";
import type { Run } from "../api/server.ts";
import type { Problem } from "../graph/errors.ts";
import type { Json } from "../graph/json.ts";
import type { NodeState, NodeStatesStore } from "./nodestates.ts";

interface Pace {
  readonly done: number;
  readonly at: number;
  readonly rate: number;
}

export class Following {
  private readonly states: NodeStatesStore;
  private readonly paces = new Map<string, Pace>();
  private readonly addresses = new Map<string, string>();

  constructor(states: NodeStatesStore) {
    this.states = states;
  }

  /** A new run: nothing has been heard of it yet. */
  start(): void {
    this.paces.clear();
    const quiet = [...this.states.getState().byPath.keys()].map(
      (path) =>
        [path, { phase: "idle", done: 0, total: 0, rate: 0, problem: "" } as const] as const,
    );
    this.states.getState().setAll(quiet);
  }

  hear(event: ServerEvent): void {
    const { set, setAll } = this.states.getState();
    const path = typeof event.path === "string" ? event.path : "";
    switch (event.type) {
      case "planned":
        setAll(
          texts(event.nodes).map(
            (node) => [node, { phase: "queued", kept: false, seconds: null }] as const,
          ),
        );
        return;
      case "node_started":
        set(path, { phase: "running" });
        return;
      case "node_finished":
        set(path, {
          phase: "done",
          kept: event.cached === true,
          seconds: event.cached === true ? null : number(event.seconds),
        });
        return;
      case "node_progress":
        set(path, { phase: "running", done: number(event.done), total: number(event.total) });
        return;
      case "turn":
        this.turn(path, number(event.index) + 1, number(event.count));
        return;
      case "node_failed":
        this.failed(event);
        return;
      case "artifact":
        this.artifact(event);
        return;
      default:
    }
  }

  see(header: PreviewHeader, picture: Blob): void {
    this.show(header.path, URL.createObjectURL(picture));
  }

  /** The last word on every node: what the run's record says. */
  end(run: Run): void {
    const timings = Object.entries(run.timings);
    this.states.getState().setAll(
      timings.map(([path, { runs, cached, seconds, failed }]) => {
        const phase: NodeState["phase"] = failed
          ? "failed"
          : runs > 0 || cached > 0
            ? "done"
            : "idle";
        const loop = this.paces.get(path);
        const turns = loop
          ? { done: runs + cached, total: Math.max(loop.done, runs + cached), rate: 0 }
          : {};
        return [
          path,
          { phase, seconds: runs > 0 ? seconds : null, kept: runs === 0 && cached > 0, ...turns },
        ] as const;
      }),
    );
    const problems = problemsOf(run).filter(({ path }) => path !== "");
    this.states
      .getState()
      .setAll(
        problems.map(({ path, message }) => [path, { phase: "failed", problem: message }] as const),
      );
    for (const { path, hash, url } of run.artifacts)
      if (hash) this.show(path, url || `/api/artifacts/${hash}`);
    const left = [...this.states.getState().byPath].filter(
      ([, { phase }]) => phase === "queued" || phase === "running",
    );
    this.states.getState().setAll(left.map(([path]) => [path, { phase: "idle" }] as const));
  }

  private turn(path: string, done: number, total: number): void {
    const now = performance.now();
    const last = this.paces.get(path);
    const fresh =
      last && done > last.done && now > last.at ? ((done - last.done) / (now - last.at)) * 1000 : 0;
    const rate = fresh === 0 ? 0 : last && last.rate > 0 ? last.rate * 0.7 + fresh * 0.3 : fresh;
    this.paces.set(path, { done, at: now, rate });
    this.states
      .getState()
      .set(path, { phase: done < total ? "running" : "done", done, total, rate });
  }

  private failed(event: ServerEvent): void {
    const problem = event.problem as
      { readonly path?: string; readonly message?: string } | undefined;
    if (problem?.path)
      this.states.getState().set(problem.path, { phase: "failed", problem: problem.message ?? "" });
  }

  private artifact(event: ServerEvent): void {
    const artifact = event.artifact as
      { readonly path?: string; readonly url?: string; readonly hash?: string } | undefined;
    if (artifact?.path && artifact.hash)
      this.show(artifact.path, artifact.url ?? `/api/artifacts/${artifact.hash}`);
  }

  /** Lets go of the picture that this one replaces: memory stays level over any number. */
  private show(path: string, address: string): void {
    const before = this.addresses.get(path);
    this.addresses.set(path, address);
    this.states.getState().set(path, { picture: address });
    if (before?.startsWith("blob:")) URL.revokeObjectURL(before);
  }
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** What a run ended with, as problems of the graph. */
export function problemsOf(run: Run): readonly Problem[] {
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  return run.problems.map((raw) => {
    const found = raw as Readonly<Record<string, Json>>;
    return {
      code: text(found.code),
      message: text(found.message),
      path: text(found.path),
      port: text(found.port),
      fix: text(found.fix),
    };
  });
}
