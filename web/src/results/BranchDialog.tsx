/** "Branch from turn k": which value of the loop's body is another from there on, and what. */

import type { JSX } from "react";
import { useId, useMemo, useState } from "react";
import { branchFrom } from "../graph/commands/branching.ts";
import type { Branch } from "../graph/commands/branching.ts";
import type { Json } from "../graph/json.ts";
import { checkValue } from "../graph/plain.ts";
import { inputTarget } from "../graph/wires.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { shownTypes } from "../state/document.ts";
import { useDocument, useEditor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { portWords } from "../canvas/words.ts";
import { sourcesFor } from "../widgets/sources.ts";
import { Widget } from "../widgets/Widget.tsx";
import { useDesk } from "../workspace/work.ts";
import { candidatesIn } from "./branching.ts";
import type { Candidate } from "./branching.ts";
import "./branch.css";

interface Props {
  readonly loop: string;
  /** Counted from 0. */
  readonly turn: number;
}

export default function BranchDialog({ loop, turn }: Props): JSX.Element {
  const editor = useEditor();
  const ask = useDesk((desk) => desk.ask);
  const types = useDocument(shownTypes);
  const candidates = useMemo(() => candidatesIn(types, loop), [types, loop]);
  const [at, setAt] = useState(0);
  const [after, setAfter] = useState<Branch["after"] | null>(null);
  const [refusal, setRefusal] = useState("");
  const chosen = candidates[at];
  const branch = (run: boolean): void => {
    if (!chosen || !after) return;
    let said = "";
    const { port, node } = chosen;
    const label = say("branch.label", { turn: turn + 1, port: portWords(port) });
    editor.document.getState().edit(label, (graph, now) => {
      const made = branchFrom(graph, now, { loop, node, port, at: turn, after });
      if ("refusal" in made) {
        said = made.refusal;
        return graph;
      }
      return made.graph;
    });
    setRefusal(said);
    if (said !== "") return;
    ask(null);
    if (run) void editor.runs.getState().submit(editor.document.getState().document);
  };
  return (
    <Dialog
      title={say("branch.title", { turn: turn + 1 })}
      about={say("branch.about", { turn: turn + 1 })}
      onClose={() => ask(null)}
    >
      <div className="dialog-body branch">
        <label className="branch-what">
          <span>{say("branch.what")}</span>
          <span className="branch-select">
            <select
              value={at}
              onChange={(event) => {
                setAt(Number(event.target.value));
                setAfter(null);
                setRefusal("");
              }}
            >
              {candidates.map(({ node, port }, index) => (
                <option key={`${node}.${port}`} value={index}>
                  {node} · {portWords(port)}
                </option>
              ))}
            </select>
          </span>
        </label>
        {chosen && (
          <>
            <p className="branch-before">
              <span>{say("branch.before", { turn })}</span>
              <b>{beforeText(types, chosen)}</b>
            </p>
            <After
              key={`${chosen.node}.${chosen.port}`}
              chosen={chosen}
              turn={turn}
              onChange={setAfter}
            />
          </>
        )}
        {refusal !== "" && (
          <p className="branch-refusal" role="alert">
            {refusal}
          </p>
        )}
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" disabled={!after} onClick={() => branch(false)}>
          {say("branch.make")}
        </button>
        <button
          type="button"
          className="button button-strong"
          disabled={!after}
          onClick={() => branch(true)}
        >
          {say("branch.run")}
        </button>
      </footer>
    </Dialog>
  );
}

type Types = ReturnType<typeof shownTypes>;

function beforeText(types: Types, { node, port, input }: Candidate): string {
  const wire = types.scopes.nodes.get(node)?.inputs.get(port);
  if (typeof wire === "string") return `⟵ ${wire}`;
  return typeof input.default === "string" ? input.default : JSON.stringify(input.default);
}

interface AfterProps {
  readonly chosen: Candidate;
  readonly turn: number;
  readonly onChange: (after: Branch["after"] | null) => void;
}

/** A typed value where the input takes one, else one of the wires that fit. */
function After({ chosen, turn, onChange }: AfterProps): JSX.Element {
  const control = useId();
  const types = useDocument(shownTypes);
  const [value, setValue] = useState<Json>(chosen.input.default);
  const { plain } = chosen.input;
  const take = (next: Json): void => {
    setValue(next);
    const bad = plain ? checkValue(plain, next) : null;
    onChange(bad ? null : { value: next });
  };
  if (plain) {
    const problem = checkValue(plain, value)?.message ?? "";
    return (
      <div className="branch-after">
        <span>{say("branch.after", { turn: turn + 1 })}</span>
        <Widget
          control={control}
          name={portWords(chosen.port)}
          input={chosen.input}
          value={value}
          set={take}
          reset={() => take(chosen.input.default)}
          problem={problem}
          roomy
        />
      </div>
    );
  }
  const sources = sourcesFor(types, inputTarget(chosen.node, chosen.port)).filter(
    ({ refusal }) => refusal === null,
  );
  return (
    <label className="branch-after">
      <span>{say("branch.after", { turn: turn + 1 })}</span>
      <span className="branch-select">
        <select
          defaultValue=""
          onChange={(event) =>
            onChange(event.target.value === "" ? null : { wire: event.target.value })
          }
        >
          <option value="">{say(sources.length > 0 ? "branch.choose" : "branch.none")}</option>
          {sources.map(({ wire }) => (
            <option key={wire}>{wire}</option>
          ))}
        </select>
      </span>
    </label>
  );
}
