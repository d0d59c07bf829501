/** All of one node: names, docs, how it stands, what is wrong with it, its inputs and outputs. */

import type { JSX } from "react";
import { NEW_PORT } from "../../graph/measures.ts";
import { isUnknown, portsOf } from "../../graph/ports.ts";
import { typesOf } from "../../graph/porttypes.ts";
import { useDocument, useNode } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { useNodeProblems } from "../../widgets/fieldproblem.ts";
import { Doc } from "../Doc.tsx";
import { docsOf } from "../docs.ts";
import { ProblemRow } from "../ProblemRow.tsx";
import { InputRow } from "./InputRow.tsx";
import { NodeActions } from "./NodeActions.tsx";
import { NodeHead } from "./NodeHead.tsx";
import { OutputRow } from "./OutputRow.tsx";
import { TurnRows } from "./TurnRows.tsx";

export function NodeInspector({ id }: { readonly id: string }): JSX.Element | null {
  const node = useNode(id);
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const place = useDocument((state) => state.place);
  const problems = useNodeProblems(id);
  if (!node) return null;
  const types = typesOf(document, catalogue, document.definitions.has(place) ? place : "");
  const ports = portsOf(types, id, node);
  const declaration = catalogue.declarations.get(node.type);
  const docs = declaration ? docsOf(declaration) : null;
  const part = document.definitions.get(node.graph);
  const inputs = ports.inputs.filter((input) => input.name !== NEW_PORT);
  return (
    <div className="inspector" data-inspects={id} aria-label={say("inspect.node", { id })}>
      <NodeHead id={id} node={node} />
      {isUnknown(types, node) && (
        <p className="inspect-warn">{say("inspect.placeholder", { type: node.type })}</p>
      )}
      {(declaration?.summary ?? part?.about) && (
        <p className="inspect-summary">
          <Doc text={declaration?.summary ?? part?.about ?? ""} />
        </p>
      )}
      {docs && docs.rest.length > 0 && (
        <details className="inspect-docs">
          <summary>{say("inspect.about.more", { type: node.type })}</summary>
          {docs.rest.map((text) => (
            <p key={text}>
              <Doc text={text} />
            </p>
          ))}
        </details>
      )}
      <NodeActions ids={[id]} />
      {problems.length > 0 && (
        <ul className="problems">
          {problems.map((found) => (
            <ProblemRow
              key={`${found.code} ${found.port} ${found.message}`}
              found={found}
              whole={false}
            />
          ))}
        </ul>
      )}
      {inputs.length > 0 && (
        <section>
          <h3 className="inspect-section">{say("inspect.inputs")}</h3>
          {inputs.map((input) => (
            <InputRow
              key={input.name}
              id={id}
              input={input}
              about={docs?.ports.get(input.name) ?? part?.inputs.get(input.name)?.about ?? ""}
              standard={
                declaration?.inputs.get(input.name)?.required === false
                  ? declaration.inputs.get(input.name)?.default
                  : undefined
              }
            />
          ))}
        </section>
      )}
      {node.body && <TurnRows id={id} node={node} />}
      {ports.outputs.length > 0 && (
        <section>
          <h3 className="inspect-section">{say("inspect.outputs")}</h3>
          {ports.outputs.map((output) => (
            <OutputRow
              key={output.name}
              id={id}
              output={output}
              about={docs?.ports.get(output.name) ?? ""}
            />
          ))}
        </section>
      )}
    </div>
  );
}
