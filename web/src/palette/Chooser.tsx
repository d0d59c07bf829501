/** A small window with a list: searched by typing, gone through by keys or the pointer. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Point } from "../graph/view.ts";
import { Star } from "./Star.tsx";

/** A row as it is shown; `key` tells it from the others. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly category: string;
  readonly about: string;
}

/** A mark that a row may have: set by a click on its star or by Ctrl+D, as browsers keep pages. */
export interface Mark<T extends Row> {
  readonly isOn: (row: T) => boolean;
  readonly toggle: (row: T) => void;
  /** What a click on the star does. */
  readonly label: (row: T) => string;
  /** What a row with the mark is, for those who do not see the star. */
  readonly word: string;
  /** A line below the list: how keys set it. */
  readonly hint: string;
}

interface Props<T extends Row> {
  /** What the ids on the page begin with. */
  readonly id: string;
  readonly label: string;
  /** A line above the field; empty for none. */
  readonly lead: string;
  /** What stands in the field as long as it is empty. */
  readonly placeholder?: string;
  /** What is said where nothing is found. */
  readonly none: string;
  /** Where on the screen; null for its middle. */
  readonly at: Point | null;
  readonly find: (query: string) => readonly T[];
  readonly mark?: Mark<T>;
  readonly onChoose: (row: T) => void;
  readonly onEscape: () => void;
  /** A click beside it. */
  readonly onClose: () => void;
}

const WIDTH = 448;
const HEIGHT = 428;
const EDGE = 8;

export function Chooser<T extends Row>(props: Props<T>): JSX.Element {
  const { id, label, lead, placeholder, none, at, find, mark } = props;
  const { onChoose, onEscape, onClose } = props;
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => find(query), [find, query]);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const choose = (row: T | undefined): void => {
    if (row) onChoose(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const row = rows[chosen];
    if (event.key === "Escape") onEscape();
    else if (mark && row && isMarkKey(event)) mark.toggle(row);
    else if (event.key === "Enter") choose(row);
    else if (event.key === "ArrowDown") setChosen(Math.min(chosen + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="palette-back" onPointerDown={onClose} />
      <div
        className={at ? "palette" : "palette palette-middle"}
        role="dialog"
        aria-label={label}
        style={at ? corner(at) : undefined}
      >
        {lead !== "" && <p className="palette-fits">{lead}</p>}
        <input
          autoFocus
          className="palette-input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={rows[chosen] ? `${id}-${chosen}` : undefined}
          aria-label={label}
          placeholder={placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id={`${id}-list`} className="palette-list" role="listbox" aria-label={label} ref={list}>
          {rows.map((row, index) => (
            <li
              key={row.key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className="palette-row"
              onPointerMove={() => setChosen(index)}
              onClick={() => choose(row)}
            >
              <span className="palette-name">{row.name}</span>
              <span className="palette-category">{row.category}</span>
              {mark && (
                <span
                  className="palette-star"
                  title={mark.label(row)}
                  onClick={(event) => {
                    event.stopPropagation();
                    mark.toggle(row);
                  }}
                >
                  <Star on={mark.isOn(row)} />
                  {mark.isOn(row) && <span className="visually-hidden">{mark.word}</span>}
                </span>
              )}
              <span className="palette-about">{row.about}</span>
            </li>
          ))}
        </ul>
        {rows.length === 0 && <p className="palette-none">{none}</p>}
        {mark && rows.length > 0 && <p className="palette-hint">{mark.hint}</p>}
      </div>
    </>
  );
}

function isMarkKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "d" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

/** The corner nearest to a point from which the whole window is on the screen. */
function corner({ x, y }: Point): { readonly left: number; readonly top: number } {
  return {
    left: Math.max(EDGE, Math.min(x, window.innerWidth - WIDTH)),
    top: Math.max(EDGE, Math.min(y, window.innerHeight - HEIGHT)),
  };
}
