/** Several chosen nodes: which, and what can be done with all of them. */

import type { JSX } from "react";
import { typeWords } from "../../canvas/words.ts";
import { scopesOf } from "../../graph/scopes.ts";
import { titleOf } from "../../graph/view.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { NodeActions } from "./NodeActions.tsx";

export function ManyInspector({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const graph = useDocument(shownGraph);
  const select = useDocument((state) => state.select);
  const { nodes } = scopesOf(graph);
  return (
    <div className="inspector">
      <header className="inspect-head">
        <h2 className="inspect-heading">{say("inspect.many", { count: ids.length })}</h2>
        <p className="inspect-summary">{say("inspect.many.about")}</p>
      </header>
      <NodeActions ids={ids} />
      <ul className="inspect-chosen">
        {ids.map((id) => (
          <li key={id}>
            <button type="button" className="inspect-link" onClick={() => select([id])}>
              <span>{titleOf(graph, id) || typeWords(nodes.get(id)?.type ?? "")}</span>
              <span className="inspect-kind">{id}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
