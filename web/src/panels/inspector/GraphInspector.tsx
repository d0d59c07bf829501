/** Nothing chosen: the graph itself, its texts and its public inputs and outputs. */

import type { JSX } from "react";
import { editAt } from "../../graph/edit.ts";
import { NEW_PORT } from "../../graph/measures.ts";
import type { Graph } from "../../graph/model.ts";
import { scopesOf } from "../../graph/scopes.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { WireControl } from "../WireControl.tsx";
import { FaceInput } from "./FaceInput.tsx";
import { FaceOutput } from "./FaceOutput.tsx";
import { TextRow } from "./TextRow.tsx";

export function GraphInspector(): JSX.Element {
  const graph = useDocument(shownGraph);
  const place = useDocument((state) => state.place);
  const change = useDocument((state) => state.change);
  const inputs = [...graph.inputs.keys()];
  const outputs = [...graph.outputs.keys()];
  const set = (label: string, fields: Partial<Pick<Graph, "title" | "about">>): void =>
    change(
      label,
      (document) => editAt(document, place, (now) => ({ ...now, ...fields })),
      `graph:${label}`,
    );
  return (
    <div className="inspector">
      <header className="inspect-head">
        <h2 className="inspect-heading">
          {place === "" ? say("inspect.graph") : say("inspect.part", { name: place })}
        </h2>
        <p className="inspect-kind">
          {say("inspect.graph.nodes", { count: scopesOf(graph).nodes.size })}
        </p>
      </header>
      <TextRow
        name={say("inspect.graph.title")}
        value={graph.title}
        set={(title) => set(say("inspect.graph.title"), { title })}
      />
      <TextRow
        name={say("inspect.graph.about")}
        value={graph.about}
        long
        set={(about) => set(say("inspect.graph.about"), { about })}
      />
      <section>
        <h3 className="inspect-section">{say("inspect.graph.inputs")}</h3>
        {inputs.length === 0 && <p className="inspect-about">{say("inspect.graph.none.inputs")}</p>}
        <ul className="faces">
          {inputs.map((name, at) => (
            <FaceInput key={name} name={name} at={at} count={inputs.length} />
          ))}
        </ul>
      </section>
      <section>
        <h3 className="inspect-section inspect-row">
          <span className="inspect-name">{say("inspect.graph.outputs")}</span>
          <WireControl
            target={{ kind: "output", node: "", port: NEW_PORT }}
            name={say("inspect.graph.outputs")}
            type="?"
            many={false}
            small
          />
        </h3>
        {outputs.length === 0 && (
          <p className="inspect-about">{say("inspect.graph.none.outputs")}</p>
        )}
        <ul className="faces">
          {outputs.map((name) => (
            <FaceOutput key={name} name={name} />
          ))}
        </ul>
      </section>
      <p className="inspect-about">{say("inspect.graph.hint")}</p>
    </div>
  );
}
