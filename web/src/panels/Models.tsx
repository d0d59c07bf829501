/** The lists of this machine: models, LoRAs, pictures; and what the open graph names in vain. */

import type { JSX } from "react";
import { useMemo, useState } from "react";
import { setParam } from "../graph/commands/nodes.ts";
import { shownTypes } from "../state/document.ts";
import type { DocumentState } from "../state/document.ts";
import { useDocument, useEditor } from "../state/editor.ts";
import { useLists } from "../state/lists.ts";
import { Icon } from "../shell/Icon.tsx";
import { say } from "../texts/texts.ts";
import { missingIn } from "../workspace/missing.ts";

export default function Models(): JSX.Element {
  const { document } = useEditor();
  const known = useLists();
  const catalogue = useDocument((state) => state.catalogue);
  const graph = useDocument((state) => state.document);
  const selection = useDocument((state) => state.selection);
  const [query, setQuery] = useState("");
  const missing = useMemo(() => missingIn(graph, catalogue, known), [graph, catalogue, known]);
  const wanted = query.trim().toLowerCase();
  const lists = [...known].map(
    ([name, items]) => [name, items.filter((item) => item.toLowerCase().includes(wanted))] as const,
  );
  const put = (list: string, value: string): void => {
    const target = targetOf(document.getState(), list);
    if (target)
      document
        .getState()
        .edit(say("models.use"), (now) => setParam(now, target.node, target.port, value));
  };
  return (
    <div className="panel-body">
      <input
        className="text-input"
        type="search"
        aria-label={say("models.search")}
        placeholder={say("models.search")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {missing.length > 0 && (
        <>
          <h3>{say("models.missing")}</h3>
          <ul className="models">
            {missing.map(({ value, node, port }) => (
              <li key={value}>
                <button
                  type="button"
                  className="model model-missing"
                  onClick={() => document.getState().select([node])}
                >
                  <Icon name="warn" size={13} />
                  {value}
                  <small>{port === "" ? node : `${node}.${port}`}</small>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {lists.map(([name, items]) => {
        const target = selection.size > 0 ? targetOf(document.getState(), name) : null;
        return (
          <section key={name}>
            <h3>
              {name} <span>{items.length}</span>
            </h3>
            <ul className="models">
              {items.slice(0, 200).map((item) => (
                <li key={item}>
                  <button
                    type="button"
                    className="model"
                    disabled={!target}
                    title={target ? say("models.use") : item}
                    onClick={() => put(name, item)}
                  >
                    {item}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <p className="panel-none">{say("models.about")}</p>
    </div>
  );
}

/** The first input of a selected node that takes an entry of a list. */
function targetOf(
  state: DocumentState,
  list: string,
): { readonly node: string; readonly port: string } | null {
  const types = shownTypes(state);
  for (const id of state.selection) {
    const node = types.scopes.nodes.get(id);
    for (const port of node ? types.inputs(node) : []) {
      if (types.target(`${id}.${port}`)?.choices?.name === list) return { node: id, port };
    }
  }
  return null;
}
