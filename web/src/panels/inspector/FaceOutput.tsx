/** One public output: its name and the wire that it gives. */

import type { JSX } from "react";
import { removeFace, renameFace, renameFaceRefusal } from "../../graph/commands/faces.ts";
import { shownGraph, shownTypes } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { Icon } from "../../shell/Icon.tsx";
import { say } from "../../texts/texts.ts";
import { PortMark } from "../PortMark.tsx";
import { WireControl } from "../WireControl.tsx";
import { TextRow } from "./TextRow.tsx";

export function FaceOutput({ name }: { readonly name: string }): JSX.Element {
  const graph = useDocument(shownGraph);
  const place = useDocument((state) => state.place);
  const change = useDocument((state) => state.change);
  const type = useDocument(
    (state) => shownTypes(state).wire(graph.outputs.get(name) ?? "", "")?.name ?? "?",
  );
  const remove = say("inspect.face.remove", { name });
  return (
    <li className="face">
      <div className="inspect-row">
        <PortMark type={type} />
        <span className="inspect-name">{name}</span>
        <button
          type="button"
          className="mini"
          aria-label={remove}
          title={remove}
          onClick={() => change(remove, (document) => removeFace(document, place, "output", name))}
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      <div className="inspect-row">
        <WireControl
          target={{ kind: "output", node: "", port: name }}
          name={name}
          type={type}
          many={false}
        />
      </div>
      <details className="inspect-docs">
        <summary aria-label={`${say("inspect.face.edit", { name })}: ${type}`}>{type}</summary>
        <TextRow
          name={say("inspect.face.name")}
          value={name}
          late
          refusal={(text) => renameFaceRefusal(graph, "output", name, text)}
          set={(text) =>
            change(say("inspect.face.name"), (document) =>
              renameFace(document, place, "output", name, text),
            )
          }
        />
      </details>
    </li>
  );
}
