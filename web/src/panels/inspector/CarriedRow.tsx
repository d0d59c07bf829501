/** A value that a loop carries on or collects: its wire, its name, and a way to take it out. */

import type { JSX } from "react";
import { useId, useState } from "react";
import { portWords } from "../../canvas/words.ts";
import { carriedNameRefusal, removeCarried, renameCarried } from "../../graph/commands/loops.ts";
import { Icon } from "../../shell/Icon.tsx";
import { shownGraph } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { WireControl } from "../WireControl.tsx";
import { TextRow } from "./TextRow.tsx";

interface Props {
  readonly id: string;
  readonly kind: "next" | "collect";
  readonly port: string;
}

export function CarriedRow({ id, kind, port }: Props): JSX.Element {
  const graph = useDocument(shownGraph);
  const edit = useDocument((state) => state.edit);
  const [naming, setNaming] = useState(false);
  const field = useId();
  const name = portWords(port);
  const rename = say("inspect.carried.rename", { name });
  const remove = say("inspect.carried.remove", { name });
  return (
    <div className="inspect-carried" data-port={port}>
      <div className="inspect-row">
        <span className="inspect-name">{name}</span>
        <WireControl target={{ kind, node: id, port }} name={name} type="?" many={false} />
        <button
          type="button"
          className="mini"
          aria-label={rename}
          title={rename}
          aria-expanded={naming}
          aria-controls={field}
          onClick={() => setNaming(!naming)}
        >
          <Icon name="pencil" size={14} />
        </button>
        <button
          type="button"
          className="mini"
          aria-label={remove}
          title={remove}
          onClick={() => edit(`Remove ${port}`, (now) => removeCarried(now, id, port))}
        >
          <Icon name="trash" size={14} />
        </button>
      </div>
      <div id={field}>
        {naming && (
          <TextRow
            name={say("inspect.carried.name", { name })}
            value={port}
            late
            refusal={(text) => carriedNameRefusal(graph, id, port, text)}
            set={(text) => {
              setNaming(false);
              edit(`Rename ${port} to ${text}`, (now) => renameCarried(now, id, port, text));
            }}
          />
        )}
      </div>
    </div>
  );
}
