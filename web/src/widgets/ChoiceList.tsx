/** The open list of a choice: search, arrow keys, Enter. Loaded when first opened. */

import { Popover } from "radix-ui";
import type { JSX, KeyboardEvent, ReactElement } from "react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { say } from "../texts/texts.ts";
import { refreshLists } from "../state/lists.ts";

interface Props {
  readonly name: string;
  readonly options: readonly string[];
  readonly chosen: string;
  /** Whether nothing at all may be chosen. */
  readonly unset: boolean;
  readonly refresh: boolean;
  /** A word or two about an option, beside it. */
  readonly about?: (option: string) => string;
  /** What is said where there is nothing to choose from. */
  readonly none?: string;
  readonly choose: (value: string | null) => void;
  readonly close: () => void;
  readonly children: ReactElement;
}

const SEARCHED = 7;

export default function ChoiceList({
  name,
  options,
  chosen,
  unset,
  refresh,
  about,
  none = say("field.empty.list"),
  choose,
  close,
  children,
}: Props): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const [query, setQuery] = useState("");
  const rows = useMemo(() => rowsOf(options, unset, query), [options, unset, query]);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      rows.findIndex((row) => row === chosen),
    ),
  );
  useEffect(() => {
    if (refresh) void refreshLists();
  }, [refresh]);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at, rows]);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const last = rows.length - 1;
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, last));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Home" && query === "") setAt(0);
    else if (event.key === "End" && query === "") setAt(last);
    else if (event.key === "Enter") {
      const row = rows[at];
      if (row !== undefined) choose(row);
    } else return;
    event.preventDefault();
  };
  const label = say("field.choose", { name });
  return (
    <Popover.Root open onOpenChange={(open) => !open && close()}>
      <Popover.Anchor asChild>{children}</Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="choice-list"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          onKeyDown={onKeyDown}
        >
          <input
            className={
              options.length > SEARCHED ? "choice-search" : "choice-search visually-hidden"
            }
            type="text"
            role="combobox"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={rows[at] === undefined ? undefined : `${id}-${at}`}
            aria-label={label}
            placeholder={say("field.search")}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setAt(0);
            }}
          />
          <div
            id={`${id}-list`}
            className="choice-rows"
            role="listbox"
            aria-label={label}
            ref={list}
          >
            {rows.map((row, index) => (
              <div
                key={row ?? "\0"}
                id={`${id}-${index}`}
                role="option"
                aria-selected={row === (chosen === "" ? null : chosen)}
                className="choice-row"
                data-at={index === at || undefined}
                onPointerMove={() => setAt(index)}
                onClick={() => choose(row)}
              >
                {row === null ? (
                  <span className="choice-unset">{say("field.unset")}</span>
                ) : (
                  <Path text={row} />
                )}
                {row !== null && about && <span className="choice-about">{about(row)}</span>}
              </div>
            ))}
          </div>
          {rows.length === 0 && (
            <p className="choice-none">{options.length === 0 ? none : say("field.none")}</p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function rowsOf(
  options: readonly string[],
  unset: boolean,
  query: string,
): readonly (string | null)[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = options.filter((option) =>
    words.every((word) => option.toLowerCase().includes(word)),
  );
  return unset && words.length === 0 ? [null, ...found] : found;
}

/** A file in its folders: the name strong, the way to it dim. */
function Path({ text }: { readonly text: string }): JSX.Element {
  const cut = text.lastIndexOf("/") + 1;
  if (cut === 0 || text.endsWith("/")) return <span>{text}</span>;
  return (
    <span>
      <span className="choice-folder">{text.slice(0, cut)}</span>
      {text.slice(cut)}
    </span>
  );
}
