/** One output of a node: its type, who reads it, and whether it is public. */

import type { JSX } from "react";
import { portWords } from "../../canvas/words.ts";
import { exposeOutput, removeFace } from "../../graph/commands/faces.ts";
import type { OutPort } from "../../graph/ports.ts";
import { wiresOf } from "../../graph/wires.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { Doc } from "../Doc.tsx";
import { PortMark } from "../PortMark.tsx";

interface Props {
  readonly id: string;
  readonly output: OutPort;
  readonly about: string;
}

export function OutputRow({ id, output, about }: Props): JSX.Element {
  const wire = `${id}.${output.name}`;
  const { edit, change } = {
    edit: useDocument((state) => state.edit),
    change: useDocument((state) => state.change),
  };
  const place = useDocument((state) => state.place);
  const readers = useDocument(
    (state) => wiresOf(shownGraph(state)).filter((one) => one.source === wire).length,
  );
  const face = useDocument(
    (state) => [...shownGraph(state).outputs].find(([, source]) => source === wire)?.[0],
  );
  const words = portWords(output.name);
  const label =
    face === undefined
      ? say("inspect.public.output", { port: words })
      : say("inspect.face.remove", { name: face });
  const toggle = (): void => {
    if (face === undefined) edit(label, (graph) => exposeOutput(graph, wire));
    else change(label, (document) => removeFace(document, place, "output", face));
  };
  return (
    <div className="inspect-port" data-port={output.name}>
      <div className="inspect-row">
        <PortMark type={output.type} />
        <span className="inspect-name">{words}</span>
        <span className="inspect-readers">
          {readers === 0
            ? say("inspect.unread")
            : readers === 1
              ? say("inspect.reader")
              : say("inspect.readers", { count: readers })}
        </span>
        <button
          type="button"
          className="mini"
          data-on={face !== undefined || undefined}
          aria-pressed={face !== undefined}
          aria-label={label}
          title={face === undefined ? label : say("inspect.public.output.is", { name: face })}
          onClick={toggle}
        >
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path className="line" d="M10 3 H13.5 V13 H10 M2 8 H9.5 M6.5 5 L9.5 8 L6.5 11" />
          </svg>
        </button>
      </div>
      <p className="inspect-about">
        <span className="inspect-kind">{output.type}</span>
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
