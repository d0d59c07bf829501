/** The head of a node in the inspector: its title, its id, its type, and how it stands. */

import type { JSX } from "react";
import { useState } from "react";
import { duration, typeWords } from "../../canvas/words.ts";
import { renameNode, renameRefusal, setTitle } from "../../graph/commands/nodes.ts";
import type { GraphNode } from "../../graph/model.ts";
import { titleOf } from "../../graph/view.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument, useNodeState } from "../../state/editor.ts";
import type { NodeState } from "../../state/nodestates.ts";
import { say } from "../../texts/texts.ts";
import { useTyping } from "../../widgets/typing.ts";

export function NodeHead({
  id,
  node,
}: {
  readonly id: string;
  readonly node: GraphNode;
}): JSX.Element {
  const title = useDocument((state) => titleOf(shownGraph(state), id));
  const edit = useDocument((state) => state.edit);
  const [draft, typing] = useTyping();
  const kind = node.type === "Subgraph" ? node.graph : typeWords(node.type);
  return (
    <header className="inspect-head">
      <input
        className="inspect-title"
        aria-label={say("inspect.title")}
        placeholder={kind}
        value={draft ?? title}
        onChange={(event) =>
          typing.type(event.target.value, (text) =>
            edit("Title", (graph) => setTitle(graph, id, text), `title:${id}`),
          )
        }
        onBlur={() => typing.settle()}
      />
      <div className="inspect-names">
        <span className="inspect-type">{node.type}</span>
        <Id key={id} id={id} />
      </div>
      <State id={id} node={node} />
    </header>
  );
}

/** The id, changed when the field is left: every wire that mentions it follows. */
function Id({ id }: { readonly id: string }): JSX.Element {
  const { edit, select } = {
    edit: useDocument((state) => state.edit),
    select: useDocument((state) => state.select),
  };
  const graph = useDocument(shownGraph);
  const [text, setText] = useState(id);
  const refusal = renameRefusal(graph, id, text);
  const commit = (): void => {
    if (text === id) return;
    if (refusal !== "") {
      setText(id);
      return;
    }
    edit(`Rename ${id} to ${text}`, (now) => renameNode(now, id, text));
    select([text]);
  };
  return (
    <span className="inspect-id">
      <input
        aria-label={say("inspect.id")}
        title={say("inspect.id")}
        spellCheck={false}
        value={text}
        aria-invalid={refusal !== "" || undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          else if (event.key === "Escape") setText(id);
        }}
      />
      {refusal !== "" && (
        <span role="alert" className="field-bad">
          {refusal}
        </span>
      )}
    </span>
  );
}

function State({
  id,
  node,
}: {
  readonly id: string;
  readonly node: GraphNode;
}): JSX.Element | null {
  const state = useNodeState(id);
  const [words, tone] = wordsOf(node, state);
  return words === "" ? null : (
    <p className="inspect-state" data-tone={tone}>
      {words}
    </p>
  );
}

type Tone = "quiet" | "will" | "kept" | "run" | "bad";

/** How a node stands, in one line: its mode, what happens, what would happen, what happened. */
function wordsOf(node: GraphNode, state: NodeState): readonly [string, Tone] {
  if (node.mode === "mute") return [say("node.muted"), "quiet"];
  if (node.mode === "bypass") return [say("node.bypassed"), "quiet"];
  if (state.phase === "running")
    return [
      `${say("inspect.running")}${state.total > 0 ? ` · ${state.done}/${state.total}` : ""}`,
      "run",
    ];
  if (state.phase === "queued") return [say("inspect.queued"), "quiet"];
  if (state.phase === "failed") return [state.problem || say("inspect.failed"), "bad"];
  const after =
    state.phase !== "done"
      ? ""
      : state.seconds === null
        ? say("inspect.after.kept")
        : say("inspect.after.run", { time: duration(state.seconds) });
  const [would, tone] = markOf(state);
  return [[would, after].filter(Boolean).join(" · "), tone];
}

function markOf({ mark, estimate }: NodeState): readonly [string, Tone] {
  switch (mark) {
    case "run":
      return [
        estimate === null
          ? say("inspect.will")
          : say("inspect.will.time", { time: duration(estimate) }),
        "will",
      ];
    case "cached":
      return [say("inspect.cached"), "kept"];
    case "unknown":
      return [say("inspect.unknown"), "quiet"];
    case "unneeded":
      return [say("inspect.unneeded"), "quiet"];
    case "lost":
      return [say("inspect.lost"), "quiet"];
    case "none":
      return ["", "quiet"];
  }
}
