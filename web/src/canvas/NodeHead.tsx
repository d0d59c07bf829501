/** The head of a card or frame: its name, its type, and how it stands. */

import type { JSX } from "react";
import { toggleView } from "../graph/commands/nodes.ts";
import type { GraphNode } from "../graph/model.ts";
import { useDocument } from "../state/editor.ts";
import type { NodeState } from "../state/nodestates.ts";
import { say } from "../texts/texts.ts";
import { duration, typeWords } from "./words.ts";

interface Props {
  readonly id: string;
  readonly node: GraphNode;
  readonly title: string;
  readonly state: NodeState;
  readonly pinned: boolean;
  readonly collapsed: boolean;
}

export function NodeHead({ id, node, title, state, pinned, collapsed }: Props): JSX.Element {
  const edit = useDocument((document) => document.edit);
  const kind = node.type === "Subgraph" ? node.graph : typeWords(node.type);
  const label = say(collapsed ? "node.expand" : "node.collapse");
  return (
    <header className="card-head frame-grip">
      <button
        type="button"
        className="card-fold nodrag"
        aria-label={label}
        title={label}
        tabIndex={-1}
        onClick={() => edit(label, (graph) => toggleView(graph, [id], "collapsed"))}
      >
        <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
          <path d={collapsed ? "M3 1 L7 5 L3 9" : "M1 3 L5 7 L9 3"} />
        </svg>
      </button>
      <span className="card-title" title={`${node.type} ${id}`}>
        {title || kind}
      </span>
      {title === "" && id !== kind.toLowerCase() && <span className="card-id">{id}</span>}
      {pinned && <span className="card-pin" aria-hidden="true" />}
      <StateMark node={node} state={state} />
    </header>
  );
}

/** The one mark on a head: mode first, then what happens, then what would happen. */
function StateMark({
  node,
  state,
}: {
  readonly node: GraphNode;
  readonly state: NodeState;
}): JSX.Element | null {
  if (node.mode === "mute") return <span className="chip">{say("node.muted")}</span>;
  if (node.mode === "bypass") return <span className="chip">{say("node.bypassed")}</span>;
  switch (state.phase) {
    case "running":
      return <Running state={state} />;
    case "failed":
      return (
        <span className="chip chip-bad" title={state.problem}>
          {say("node.phase.failed")}
        </span>
      );
    case "queued":
    case "idle":
    case "done":
      return <Standing state={state} />;
  }
}

function Running({ state }: { readonly state: NodeState }): JSX.Element {
  const counted = state.total > 0 ? `${state.done}/${state.total}` : say("node.phase.running");
  const rate = state.rate > 0 ? ` · ${state.rate.toFixed(state.rate < 10 ? 1 : 0)}/s` : "";
  return (
    <span className="chip chip-run">
      {counted}
      {rate}
    </span>
  );
}

function Standing({ state }: { readonly state: NodeState }): JSX.Element | null {
  if (state.mark === "run") {
    const text = state.estimate === null ? "" : duration(state.estimate);
    return (
      <span className="chip chip-will" title={say("node.mark.run")}>
        {text || "•"}
      </span>
    );
  }
  if (state.mark === "cached") {
    return (
      <span className="chip chip-kept" title={say("node.mark.cached")}>
        {state.seconds === null || state.kept ? say("node.kept") : duration(state.seconds)}
      </span>
    );
  }
  if (state.mark === "unknown") {
    return (
      <span className="chip" title={say("node.mark.unknown")}>
        ?
      </span>
    );
  }
  if (state.mark === "lost") {
    return (
      <span className="chip" title={say("inspect.lost")}>
        –
      </span>
    );
  }
  if (state.phase !== "done") return null;
  const text = state.kept || state.seconds === null ? say("node.kept") : duration(state.seconds);
  return <span className="chip chip-kept">{text}</span>;
}
