/** Every type of node by category, to read about and to drag onto the canvas. */

import type { DragEvent, JSX } from "react";
import { useMemo, useState } from "react";
import type { Entry } from "../graph/search.ts";
import { entriesOf, nameOf, search } from "../graph/search.ts";
import { useDocument, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { NODE_MIME } from "./carried.ts";
import { liked } from "./liked.ts";
import "./library.css";

export default function Library(): JSX.Element {
  const toggle = useUi((ui) => ui.toggle);
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const entries = useMemo(() => entriesOf(catalogue, document), [catalogue, document]);
  const groups = useMemo(
    () => grouped(query === "" ? entries : search(entries, query, liked()), query === ""),
    [entries, query],
  );
  return (
    <aside className="library" aria-label={say("library.label")}>
      <header className="library-head">
        <input
          className="palette-input"
          type="search"
          aria-label={say("library.search")}
          placeholder={say("library.search")}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <button
          type="button"
          className="icon-button"
          aria-label={say("library.close")}
          title={say("library.close")}
          onClick={() => toggle("library")}
        >
          ×
        </button>
      </header>
      <div className="library-list">
        {groups.map(([category, rows]) => (
          <section key={category}>
            <h2 className="library-category">{category || say("library.best")}</h2>
            <ul>
              {rows.map((row) => (
                <li
                  key={nameOf(row)}
                  className="library-row"
                  draggable
                  onDragStart={(event) => carry(event, row)}
                  title={row.summary}
                >
                  <span className="library-name">{row.label}</span>
                  <span className="library-about">{row.summary}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </aside>
  );
}

function carry(event: DragEvent, row: Entry): void {
  event.dataTransfer.setData(NODE_MIME, nameOf(row));
  event.dataTransfer.effectAllowed = "copy";
}

/** By category in the alphabet's order; a search's rows stay in the order of the search. */
function grouped(
  rows: readonly Entry[],
  sort: boolean,
): readonly (readonly [string, readonly Entry[]])[] {
  if (!sort) return [["", rows]];
  const made = new Map<string, Entry[]>();
  for (const row of rows) made.set(row.category, [...(made.get(row.category) ?? []), row]);
  return [...made].sort(([a], [b]) => a.localeCompare(b));
}
