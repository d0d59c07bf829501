/** A small window with a list: searched by typing, gone through by keys or the pointer. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Point } from "../graph/view.ts";

/** A row as it is shown; `key` tells it from the others. */
export interface Row {
  readonly key: string;
  readonly name: string;
  readonly category: string;
  readonly about: string;
}

interface Props<T extends Row> {
  /** What the ids on the page begin with. */
  readonly id: string;
  readonly label: string;
  /** A line above the field; empty for none. */
  readonly lead: string;
  readonly placeholder: string;
  /** What is said where nothing is found. */
  readonly none: string;
  /** Where on the screen; null for its middle. */
  readonly at: Point | null;
  readonly find: (query: string) => readonly T[];
  readonly onChoose: (row: T) => void;
  readonly onEscape: () => void;
  /** A click beside it. */
  readonly onClose: () => void;
}

const WIDTH = 448;
const HEIGHT = 428;
const EDGE = 8;

export function Chooser<T extends Row>(props: Props<T>): JSX.Element {
  const { id, label, lead, placeholder, none, at, find, onChoose, onEscape, onClose } = props;
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
    if (event.key === "Escape") onEscape();
    else if (event.key === "Enter") choose(rows[chosen]);
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
              <span className="palette-about">{row.about}</span>
            </li>
          ))}
        </ul>
        {rows.length === 0 && <p className="palette-none">{none}</p>}
      </div>
    </>
  );
}

/** The corner nearest to a point from which the whole window is on the screen. */
function corner({ x, y }: Point): { readonly left: number; readonly top: number } {
  return {
    left: Math.max(EDGE, Math.min(x, window.innerWidth - WIDTH)),
    top: Math.max(EDGE, Math.min(y, window.innerHeight - HEIGHT)),
  };
}
