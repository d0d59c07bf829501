/** Every command, found by a few letters, with its keys; Enter does it. */

import type { JSX, KeyboardEvent } from "react";
import { useContext, useEffect, useMemo, useRef, useState } from "react";
import { COMMANDS } from "../commands/all.ts";
import type { Command, Doing } from "../commands/command.ts";
import { keyWords } from "../commands/keys.ts";
import { CanvasContext } from "../panels/going.ts";
import { useEditor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useDesk, useWork } from "../workspace/work.ts";
import { found, titleOf } from "./commandlist.ts";
import { Dialog } from "./Dialog.tsx";
import "./commands.css";

export default function CommandPalette(): JSX.Element {
  const editor = useEditor();
  const work = useWork();
  const canvas = useContext(CanvasContext);
  const ask = useDesk((desk) => desk.ask);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => found(COMMANDS, query), [query]);
  const doing = (): Doing => ({ editor, work, canvas: canvas() });
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const possible = (command: Command): boolean => command.when?.(doing()) !== false;
  const choose = (command: Command | undefined): void => {
    if (!command || !possible(command)) return;
    ask(null);
    // After the dialog has gone: what it does may open another, or want the focus.
    setTimeout(() => void command.run(doing()), 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter") choose(rows[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={say("commands.title")} onClose={() => ask(null)}>
      <div className="commands">
        <input
          className="text-input"
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="commands-list"
          aria-activedescendant={rows[at] ? `command-${at}` : undefined}
          aria-label={say("commands.search")}
          placeholder={say("commands.search")}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id="commands-list" role="listbox" aria-label={say("commands.title")} ref={list}>
          {rows.map((command, index) => (
            <li
              key={command.id}
              id={`command-${index}`}
              role="option"
              aria-selected={index === at}
              aria-disabled={!possible(command)}
              title={possible(command) ? undefined : say("commands.not-now")}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(command)}
            >
              <span>{titleOf(command)}</span>
              <Keys keys={command.keys?.[0]} />
            </li>
          ))}
        </ul>
        {rows.length === 0 && <p>{say("commands.none")}</p>}
      </div>
    </Dialog>
  );
}

export function Keys({ keys }: { readonly keys: string | undefined }): JSX.Element | null {
  if (keys === undefined) return null;
  return <kbd>{keyWords(keys)}</kbd>;
}
