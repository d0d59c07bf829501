/** The palette of node types: search by any name, see what it takes and gives, add it. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Entry } from "../graph/search.ts";
import { entriesOf, nameOf, search } from "../graph/search.ts";
import { useDocument, useEditor, useUi } from "../state/editor.ts";
import type { PaletteAt } from "../state/ui.ts";
import { say } from "../texts/texts.ts";
import { liked, remember } from "./liked.ts";
import { add, fitting } from "./placing.ts";
import "./palette.css";

const SHOWN = 60;

export function Palette(): JSX.Element | null {
  const at = useUi((ui) => ui.palette);
  return at ? <Open key={`${at.screen.x},${at.screen.y}`} at={at} /> : null;
}

function Open({ at }: { readonly at: PaletteAt }): JSX.Element {
  const editor = useEditor();
  const close = useUi((ui) => ui.closePalette);
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const entries = useMemo(() => {
    const all = entriesOf(catalogue, document);
    return at.loose ? fitting(editor.document.getState(), all, at) : all;
  }, [catalogue, document, editor, at]);
  const rows = useMemo(() => search(entries, query, liked()).slice(0, SHOWN), [entries, query]);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const choose = (row: Entry | undefined): void => {
    if (!row) return;
    remember(nameOf(row));
    add(editor.document, row, at);
    close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Enter") choose(rows[chosen]);
    else if (event.key === "ArrowDown") setChosen(Math.min(chosen + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  const left = Math.max(8, Math.min(at.screen.x, window.innerWidth - 448));
  const top = Math.max(8, Math.min(at.screen.y, window.innerHeight - 428));
  const port =
    at.loose && ("from" in at.loose ? at.loose.from : `${at.loose.to.node}.${at.loose.to.port}`);
  return (
    <>
      <div className="palette-back" onPointerDown={close} />
      <div
        className="palette"
        role="dialog"
        aria-label={say("palette.label")}
        style={{ left, top }}
      >
        {port !== undefined && <p className="palette-fits">{say("palette.fits", { port })}</p>}
        <input
          autoFocus
          className="palette-input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={rows[chosen] ? `palette-${chosen}` : undefined}
          aria-label={say("palette.label")}
          placeholder={say("palette.placeholder")}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul
          id="palette-list"
          className="palette-list"
          role="listbox"
          aria-label={say("palette.label")}
          ref={list}
        >
          {rows.map((row, index) => (
            <li
              key={nameOf(row)}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === chosen}
              className="palette-row"
              onPointerMove={() => setChosen(index)}
              onClick={() => choose(row)}
            >
              <span className="palette-name">{row.label}</span>
              <span className="palette-category">{row.category}</span>
              <span className="palette-about">{row.summary}</span>
            </li>
          ))}
        </ul>
        {rows.length === 0 && <p className="palette-none">{say("palette.none")}</p>}
      </div>
    </>
  );
}
