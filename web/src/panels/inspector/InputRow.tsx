/** One input of a node: its widget or its wires, its type and limits, and what is said of it. */

import type { JSX } from "react";
import { portWords } from "../../canvas/words.ts";
import type { Input } from "../../graph/catalogue.ts";
import { exposeInput, unexposeInput } from "../../graph/commands/faces.ts";
import { resetParam } from "../../graph/commands/nodes.ts";
import type { Json } from "../../graph/json.ts";
import { inputTarget } from "../../graph/wires.ts";
import { Icon } from "../../shell/Icon.tsx";
import { shownTypes } from "../../state/document.ts";
import { useDocument, useWired } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { Field } from "../../widgets/Field.tsx";
import { useFieldProblem } from "../../widgets/fieldproblem.ts";
import { useTyped } from "../../widgets/fieldvalue.ts";
import { Doc } from "../Doc.tsx";
import { inputWords } from "../limits.ts";
import { PortMark } from "../PortMark.tsx";
import { WireControl } from "../WireControl.tsx";

interface Props {
  readonly id: string;
  readonly input: Input;
  /** What the declaration says of it. */
  readonly about: string;
  /** The default of the declaration; undefined where there is none. */
  readonly standard: Json | undefined;
}

export function InputRow({ id, input, about, standard }: Props): JSX.Element {
  const { name } = input;
  const wired = useWired(id).has(`in.${name}`);
  const typed = useTyped(id, name);
  const problem = useFieldProblem(id, name);
  const edit = useDocument((state) => state.edit);
  const face = useDocument((state) => shownTypes(state).public.get(`${id}.${name}`));
  const words = portWords(name);
  const asField = input.plain !== null && !wired;
  const isPublic = face !== undefined;
  const publicLabel = say(isPublic ? "inspect.public.stop" : "inspect.public.make", {
    port: words,
  });
  const reset = say("inspect.reset", { port: words });
  const wires = (
    <WireControl
      target={inputTarget(id, name)}
      name={words}
      type={input.type}
      many={input.many}
      small={asField}
    />
  );
  return (
    <div className="inspect-port" data-port={name}>
      <div className="inspect-row">
        {asField ? (
          <Field id={id} port={name} wired={false} roomy />
        ) : (
          <>
            <PortMark type={input.type} />
            <span className="inspect-name">{words}</span>
          </>
        )}
        {asField && typed !== undefined && standard !== undefined && (
          <button
            type="button"
            className="mini"
            aria-label={reset}
            title={reset}
            onClick={() => edit(reset, (graph) => resetParam(graph, id, name))}
          >
            <Icon name="again" size={14} />
          </button>
        )}
        {!(isPublic && asField) && wires}
        {!wired && (
          <button
            type="button"
            className="mini"
            data-on={isPublic || undefined}
            aria-pressed={isPublic}
            aria-label={publicLabel}
            title={isPublic ? say("inspect.public.is", { name: face }) : publicLabel}
            onClick={() =>
              edit(publicLabel, (graph) =>
                isPublic
                  ? unexposeInput(graph, `${id}.${name}`)
                  : exposeInput(graph, `${id}.${name}`),
              )
            }
          >
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
              <path className="line" d="M6 3 H2.5 V13 H6 M7 8 H14 M11 5 L14 8 L11 11" />
            </svg>
          </button>
        )}
      </div>
      {!asField && problem !== "" && <p className="field-bad">{problem}</p>}
      <p className="inspect-about">
        <span className="inspect-kind">
          {inputWords(input, standard)}
          {input.required && standard === undefined ? ` · ${say("inspect.required")}` : ""}
        </span>
        {about !== "" && (
          <>
            {" – "}
            <Doc text={about} />
          </>
        )}
      </p>
    </div>
  );
}
