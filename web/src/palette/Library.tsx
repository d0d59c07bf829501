/** Every type of node by category, to read about and to drag onto the canvas. */

import type { DragEvent, JSX } from "react";
import { useMemo, useState } from "react";
import type { PackInfo } from "../graph/catalogue.ts";
import type { Entry } from "../graph/search.ts";
import { entriesOf, nameOf, search } from "../graph/search.ts";
import { useDocument, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { NODE_MIME } from "./carried.ts";
import { liked, toggleFavourite } from "./liked.ts";
import { Star } from "./Star.tsx";
import { useFavourites } from "./useFavourites.ts";
import "./library.css";

export default function Library(): JSX.Element {
  const toggle = useUi((ui) => ui.toggle);
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const entries = useMemo(() => entriesOf(catalogue, document), [catalogue, document]);
  const favourite = useFavourites();
  const groups = useMemo(
    () =>
      query === ""
        ? grouped(entries, favourite)
        : [{ name: say("library.best"), rows: search(entries, query, liked()) }],
    [entries, query, favourite],
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
      <Broken packs={catalogue.packs} />
      <div className="library-list">
        {groups.map(({ name, rows }) => (
          <section key={name}>
            <h2 className="library-category">{name}</h2>
            <ul>
              {rows.map((row) => (
                <LibraryRow key={nameOf(row)} row={row} isFavourite={favourite.has(nameOf(row))} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </aside>
  );
}

/** Packs that could not be read, the user's own folder among them: their nodes are missing here. */
function Broken({ packs }: { readonly packs: readonly PackInfo[] }): JSX.Element | null {
  const broken = packs.filter(({ error }) => error !== "");
  if (broken.length === 0) return null;
  return (
    <div className="library-broken" role="note">
      {broken.map(({ name, error }) => (
        <p key={name}>{say("library.broken", { pack: name, error })}</p>
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: Entry;
  readonly isFavourite: boolean;
}

function LibraryRow({ row, isFavourite }: RowProps): JSX.Element {
  const label = say(isFavourite ? "liked.remove" : "liked.add", { name: row.label });
  return (
    <li
      className="library-row"
      draggable
      onDragStart={(event) => carry(event, row)}
      title={row.summary}
    >
      <span className="library-name">{row.label}</span>
      <button
        type="button"
        className="library-star"
        aria-label={label}
        aria-pressed={isFavourite}
        title={label}
        onClick={() => toggleFavourite(nameOf(row))}
      >
        <Star on={isFavourite} />
      </button>
      <span className="library-about">{row.summary}</span>
    </li>
  );
}

function carry(event: DragEvent, row: Entry): void {
  event.dataTransfer.setData(NODE_MIME, nameOf(row));
  event.dataTransfer.effectAllowed = "copy";
}

interface Group {
  readonly name: string;
  readonly rows: readonly Entry[];
}

/** By category in the alphabet's order; before them the favourites, which stay in theirs as well. */
function grouped(entries: readonly Entry[], favourite: ReadonlySet<string>): readonly Group[] {
  const made = new Map<string, Entry[]>();
  for (const row of entries) made.set(row.category, [...(made.get(row.category) ?? []), row]);
  const groups = [...made].sort(([a], [b]) => a.localeCompare(b));
  const first = entries.filter((row) => favourite.has(nameOf(row)));
  return [
    ...(first.length > 0 ? [{ name: say("liked.group"), rows: first }] : []),
    ...groups.map(([name, rows]) => ({ name: name || say("library.best"), rows })),
  ];
}
