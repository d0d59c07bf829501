/** The tree of nodes: one tab stop, arrow keys within. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { typeWords } from "../../canvas/words.ts";
import { titleOf } from "../../graph/view.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument, useEditor, usePlan } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";
import { marksOf } from "../../widgets/fieldproblem.ts";
import { found, rowsOf } from "./rows.ts";
import type { OutlineRow } from "./rows.ts";

export interface TreeActions {
  readonly add: (row: OutlineRow | undefined) => void;
  readonly remove: () => void;
  readonly edit: () => void;
}

const PAUSE = 600;

export function Tree({ add, remove, edit }: TreeActions): JSX.Element {
  const editor = useEditor();
  const graph = useDocument(shownGraph);
  const selection = useDocument((state) => state.selection);
  const select = useDocument((state) => state.select);
  const problems = usePlan((plan) => plan.problems);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState("");
  const typed = useRef({ text: "", at: 0 });
  const list = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => rowsOf(graph, closed), [graph, closed]);
  const marks = marksOf(editor, problems);
  const [chosen] = selection;
  const here =
    rows.find(({ id }) => id === focused) ?? rows.find(({ id }) => id === chosen) ?? rows[0];
  const words = (row: OutlineRow): string =>
    titleOf(graph, row.id) ||
    (row.node.type === "Subgraph" ? row.node.graph : typeWords(row.node.type));
  useEffect(() => {
    if (chosen !== undefined)
      list.current
        ?.querySelector(`[data-row="${CSS.escape(chosen)}"]`)
        ?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const focus = (row: OutlineRow | undefined, choose = true): void => {
    if (!row) return;
    setFocused(row.id);
    if (choose) select([row.id]);
    list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)?.focus();
  };
  const toggle = (id: string, close: boolean): void => {
    const next = new Set(closed);
    if (close) next.add(id);
    else next.delete(id);
    setClosed(next);
  };
  const seek = (letter: string, from: number): void => {
    const now = performance.now();
    const text = now - typed.current.at < PAUSE ? typed.current.text + letter : letter;
    typed.current = { text, at: now };
    focus(found(rows, words, text.length > 1 ? from : from + 1, text));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = here ? rows.indexOf(here) : -1;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowDown":
        focus(rows[Math.min(at + 1, rows.length - 1)], !event.shiftKey);
        break;
      case "ArrowUp":
        focus(rows[Math.max(at - 1, 0)], !event.shiftKey);
        break;
      case "Home":
        focus(rows[0]);
        break;
      case "End":
        focus(rows.at(-1));
        break;
      case "ArrowRight":
        if (here?.opens && closed.has(here.id)) toggle(here.id, false);
        else if (here?.opens) focus(rows[at + 1]);
        break;
      case "ArrowLeft":
        if (here?.opens && !closed.has(here.id)) toggle(here.id, true);
        else focus(rows.find(({ id }) => id === here?.scope));
        break;
      case " ":
        if (here)
          select(
            selection.has(here.id)
              ? [...selection].filter((id) => id !== here.id)
              : [...selection, here.id],
          );
        break;
      case "Enter":
      case "F2":
        edit();
        break;
      case "Insert":
        add(here);
        break;
      case "Delete":
      case "Backspace":
        remove();
        break;
      default:
        if (event.key.length !== 1) return;
        seek(event.key, at);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul
      className="tree"
      role="tree"
      aria-label={say("outline.tree")}
      aria-multiselectable="true"
      title={say("outline.help")}
      ref={list}
      onKeyDown={onKeyDown}
    >
      {rows.map((row) => (
        <li
          key={row.id}
          role="treeitem"
          data-row={row.id}
          className="tree-row"
          style={{ paddingLeft: 8 + (row.level - 1) * 16 }}
          aria-level={row.level}
          aria-posinset={row.at}
          aria-setsize={row.of}
          aria-selected={selection.has(row.id)}
          aria-expanded={row.opens ? !closed.has(row.id) : undefined}
          tabIndex={row === here ? 0 : -1}
          data-mode={row.node.mode || undefined}
          data-bad={marks.byNode.has(row.id) || undefined}
          onFocus={() => setFocused(row.id)}
          onClick={(event) => {
            setFocused(row.id);
            select(
              event.shiftKey || event.ctrlKey || event.metaKey ? [...selection, row.id] : [row.id],
            );
          }}
          onDoubleClick={edit}
        >
          <span
            className="tree-fold"
            aria-hidden="true"
            onClick={() => row.opens && toggle(row.id, !closed.has(row.id))}
          >
            {row.opens && (closed.has(row.id) ? "▸" : "▾")}
          </span>
          <span className="tree-name">{words(row)}</span>
          <span className="tree-id">{row.id}</span>
          <Mark id={row.id} problems={marks.byNode.get(row.id)?.length ?? 0} />
        </li>
      ))}
    </ul>
  );
}

/** How a node stands, in a word: what is wrong, what runs, what would. */
function Mark({
  id,
  problems,
}: {
  readonly id: string;
  readonly problems: number;
}): JSX.Element | null {
  const { states } = useEditor();
  const words = useStore(states, ({ byPath }) => {
    const state = byPath.get(id);
    if (!state) return "";
    if (state.phase === "running") return say("inspect.running");
    if (state.phase === "failed") return say("inspect.failed");
    if (state.mark === "run") return say("inspect.will");
    if (state.mark === "lost") return say("inspect.lost");
    return state.mark === "cached" ? say("node.kept") : "";
  });
  if (problems > 0)
    return (
      <span className="tree-bad">
        {problems === 1 ? say("problems.count.one") : say("problems.count", { count: problems })}
      </span>
    );
  return words === "" ? null : <span className="tree-mark">{words}</span>;
}
