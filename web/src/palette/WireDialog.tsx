/** Wires made from the keyboard: choose an end of the node, then one that it fits. */

import type { JSX, KeyboardEvent } from "react";
import { useMemo, useState } from "react";
import { linkFrom, connectionOf } from "../canvas/linking.ts";
import { portWords } from "../canvas/words.ts";
import { connect } from "../graph/commands/wiring.ts";
import type { Handle } from "../graph/nodeshape.ts";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph } from "../state/document.ts";
import { useEditor, useGeometry, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import "./palette.css";

interface End {
  readonly node: string;
  readonly handle: Handle;
}

export function WireDialog(): JSX.Element | null {
  const node = useUi((ui) => ui.wiring);
  const { document } = useEditor();
  if (node === null || !scopesOf(shownGraph(document.getState())).nodes.has(node)) return null;
  return <Open key={node} node={node} />;
}

function Open({ node }: { readonly node: string }): JSX.Element {
  const editor = useEditor();
  const geometry = useGeometry();
  const [from, setFrom] = useState<Handle | null>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const close = (): void => editor.ui.getState().wireFrom(null);
  const all = useMemo<readonly End[]>(() => {
    if (!from) return geometry.shape(node).handles.map((handle) => ({ node, handle }));
    const link = linkFrom(geometry.types, node, from, false);
    return [...geometry.types.scopes.nodes.keys()].flatMap((id) => {
      if (!geometry.visible(id)) return [];
      const fitting = geometry
        .shape(id)
        .handles.filter((handle) => link.refusal(id, handle) === null);
      return fitting.map((handle) => ({ node: id, handle }));
    });
  }, [geometry, node, from]);
  const rows = all.filter((end) =>
    nameOf(end, from !== null)
      .toLowerCase()
      .includes(query.toLowerCase()),
  );
  const choose = (end: End | undefined): void => {
    if (!end) return;
    if (!from) {
      setFrom(end.handle);
      setQuery("");
      setAt(0);
      return;
    }
    const connection = connectionOf(node, from, end.node, end.handle);
    if (connection) {
      editor.document
        .getState()
        .edit("Connect", (graph, types) => connect(graph, types, connection));
      editor.ui.getState().say(
        say("wire.made", {
          from: connection.source,
          to: `${connection.target.node}.${connection.target.port}`,
        }),
      );
    }
    close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape" && from) setFrom(null);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") choose(rows[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };
  const label = from
    ? say("wire.to", { port: `${node}.${from.port}` })
    : say("wire.from", { node });
  return (
    <>
      <div className="palette-back" onPointerDown={close} />
      <div className="palette palette-middle" role="dialog" aria-label={label}>
        <p className="palette-fits">{label}</p>
        <input
          autoFocus
          key={from?.key ?? ""}
          className="palette-input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="wire-list"
          aria-activedescendant={rows[at] ? `wire-${at}` : undefined}
          aria-label={label}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul id="wire-list" className="palette-list" role="listbox" aria-label={label}>
          {rows.map((end, index) => (
            <li
              key={`${end.node} ${end.handle.key}`}
              id={`wire-${index}`}
              role="option"
              aria-selected={index === at}
              className="palette-row"
              onPointerMove={() => setAt(index)}
              onClick={() => choose(end)}
            >
              <span className="palette-name">{nameOf(end, from !== null)}</span>
              <span className="palette-category">{end.handle.type}</span>
              <span className="palette-about">
                {say(end.handle.target ? "wire.input" : "wire.output")}
              </span>
            </li>
          ))}
        </ul>
        {rows.length === 0 && <p className="palette-none">{say("wire.none")}</p>}
      </div>
    </>
  );
}

function nameOf({ node, handle }: End, whole: boolean): string {
  return whole ? `${node} · ${portWords(handle.port)}` : portWords(handle.port);
}
