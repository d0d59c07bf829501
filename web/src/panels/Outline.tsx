/** The whole graph without a canvas: a tree of its nodes, and all of the chosen one below it. */

import type { JSX } from "react";
import { useContext, useEffect, useRef } from "react";
import { removeNodes } from "../graph/commands/nodes.ts";
import { positionOf } from "../graph/view.ts";
import { COMMANDS } from "../commands/all.ts";
import { shownGraph } from "../state/document.ts";
import { useDocument, useEditor, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useWork } from "../workspace/work.ts";
import { CanvasContext } from "./going.ts";
import Inspector from "./Inspector.tsx";
import { MoveInto } from "./outline/MoveInto.tsx";
import { PlaceChoice } from "./outline/PlaceChoice.tsx";
import { rowsOf } from "./outline/rows.ts";
import type { OutlineRow } from "./outline/rows.ts";
import { Tree } from "./outline/Tree.tsx";
import "./outline/outline.css";

/** Commands on loops and subgraphs that the outline offers as buttons. */
const OFFERED = ["repeat", "map", "unwrap", "fold", "fold-sampler", "expand"];
const NEXT = 40;
const NOTHING: ReadonlySet<string> = new Set<string>();

export default function Outline(): JSX.Element {
  const editor = useEditor();
  const work = useWork();
  const canvas = useContext(CanvasContext);
  const edit = useDocument((state) => state.edit);
  const selection = useDocument((state) => state.selection);
  const graph = useDocument(shownGraph);
  const palette = useUi((ui) => ui.palette);
  const board = useRef<HTMLDivElement>(null);
  const adding = useRef(false);
  useEffect(() => {
    if (palette || !adding.current) return;
    adding.current = false;
    // What was added is chosen: its row has the focus once it is drawn.
    requestAnimationFrame(() =>
      board.current?.querySelector<HTMLElement>('[role="treeitem"][aria-selected="true"]')?.focus(),
    );
  }, [palette]);
  const add = (row: OutlineRow | undefined, inside = false): void => {
    const box = board.current?.getBoundingClientRect();
    const at = row && positionOf(graph, row.id);
    adding.current = true;
    editor.ui.getState().openPalette({
      screen: { x: box?.left ?? 0, y: (box?.top ?? 0) + NEXT },
      place: at && !inside ? { x: at.x + NEXT, y: at.y + NEXT } : { x: NEXT * 5, y: NEXT * 2 },
      scope: row ? (inside ? row.id : row.scope) : "",
    });
  };
  const remove = (): void => edit(say("inspect.delete"), (now) => removeNodes(now, selection));
  const toDetails = (): void =>
    board.current
      ?.querySelector<HTMLElement>(".outline-details :is(input, textarea, button, select)")
      ?.focus();
  const doing = {
    editor,
    work,
    get canvas() {
      return canvas();
    },
  };
  const [id] = selection;
  const chosen = id === undefined ? undefined : rowsOf(graph, NOTHING).find((row) => row.id === id);
  return (
    <div className="outline" ref={board}>
      <PlaceChoice />
      <div className="outline-tools" role="toolbar" aria-label={say("panel.outline")}>
        <button type="button" className="button button-small" onClick={() => add(chosen)}>
          {say("outline.add")}
        </button>
        {chosen?.node.body && (
          <button type="button" className="button button-small" onClick={() => add(chosen, true)}>
            {say("outline.add.inside")}
          </button>
        )}
        {selection.size > 0 && <MoveInto />}
        {COMMANDS.filter(
          (command) =>
            OFFERED.includes(command.id) && selection.size > 0 && command.when?.(doing) !== false,
        ).map((command) => (
          <button
            key={command.id}
            type="button"
            className="button button-small"
            onClick={() => void command.run(doing)}
          >
            {command.title}
          </button>
        ))}
      </div>
      {graph.nodes.size === 0 ? (
        <p className="outline-empty">{say("outline.empty")}</p>
      ) : (
        <Tree add={add} remove={remove} edit={toDetails} />
      )}
      <div className="outline-details" role="region" aria-label={say("outline.details")}>
        <Inspector />
      </div>
    </div>
  );
}
