/** One public input: its name, title and explanation, its type, its default, its place in the form. */

import type { JSX } from "react";
import {
  describeInput,
  removeFace,
  renameFace,
  renameFaceRefusal,
  reorderInput,
} from "../../graph/commands/faces.ts";
import { shownGraph, shownTypes } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { Icon } from "../../shell/Icon.tsx";
import { say } from "../../texts/texts.ts";
import { PublicField } from "../../appmode/PublicField.tsx";
import { inputWords } from "../limits.ts";
import { PortMark } from "../PortMark.tsx";
import { TextRow } from "./TextRow.tsx";

interface Props {
  readonly name: string;
  readonly at: number;
  readonly count: number;
}

export function FaceInput({ name, at, count }: Props): JSX.Element | null {
  const graph = useDocument(shownGraph);
  const place = useDocument((state) => state.place);
  const edit = useDocument((state) => state.edit);
  const change = useDocument((state) => state.change);
  const face = useDocument((state) => shownTypes(state).face(name));
  const input = graph.inputs.get(name);
  if (!input) return null;
  const words = face ? inputWords(face, undefined) || face.type : say("inspect.face.mixed");
  const move = (by: number): void =>
    edit(say("inspect.graph.inputs"), (now) => reorderInput(now, name, at + by));
  return (
    <li className="face">
      <div className="inspect-row">
        {face ? <PortMark type={face.type} /> : null}
        <span className="inspect-name">{name}</span>
        <button
          type="button"
          className="mini"
          disabled={at === 0}
          aria-label={say("inspect.face.up", { name })}
          title={say("inspect.face.up", { name })}
          onClick={() => move(-1)}
        >
          <Icon name="up" size={14} />
        </button>
        <button
          type="button"
          className="mini"
          disabled={at === count - 1}
          aria-label={say("inspect.face.down", { name })}
          title={say("inspect.face.down", { name })}
          onClick={() => move(1)}
        >
          <Icon name="down" size={14} />
        </button>
        <button
          type="button"
          className="mini"
          aria-label={say("inspect.face.remove", { name })}
          title={say("inspect.face.remove", { name })}
          onClick={() =>
            change(say("inspect.face.remove", { name }), (document) =>
              removeFace(document, place, "input", name),
            )
          }
        >
          <Icon name="close" size={14} />
        </button>
      </div>
      {face?.plain && <PublicField name={name} />}
      <details className="inspect-docs">
        <summary aria-label={`${say("inspect.face.edit", { name })}: ${words}`}>{words}</summary>
        <TextRow
          name={say("inspect.face.name")}
          value={name}
          late
          refusal={(text) => renameFaceRefusal(graph, "input", name, text)}
          set={(text) =>
            change(say("inspect.face.name"), (document) =>
              renameFace(document, place, "input", name, text),
            )
          }
        />
        <TextRow
          name={say("inspect.face.title")}
          value={input.title}
          set={(title) =>
            edit(
              say("inspect.face.title"),
              (now) => describeInput(now, name, { title }),
              `face:${name}.title`,
            )
          }
        />
        <TextRow
          name={say("inspect.face.about")}
          value={input.about}
          long
          set={(about) =>
            edit(
              say("inspect.face.about"),
              (now) => describeInput(now, name, { about }),
              `face:${name}.about`,
            )
          }
        />
        <p className="inspect-about">{say("inspect.face.sets", { wires: input.to.join(", ") })}</p>
      </details>
    </li>
  );
}
