/** What can be done with the chosen nodes, as buttons. */

import type { JSX } from "react";
import { canBypass } from "../../graph/bypass.ts";
import { duplicate } from "../../graph/clipboard.ts";
import { removeNodes, setColor, toggleMode, toggleView } from "../../graph/commands/nodes.ts";
import { scopesOf } from "../../graph/scopes.ts";
import { colorOf, isCollapsed, isPinned } from "../../graph/view.ts";
import { shownGraph, shownTypes } from "../../state/document.ts";
import { useDocument, useEditor, useRuns } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";

const COLORS = ["", "#c2543f", "#b7872f", "#4c8f57", "#3e83a8", "#7466c4", "#b0568f"];

export function NodeActions({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const { document } = useEditor();
  const edit = useDocument((state) => state.edit);
  const submit = useRuns((runs) => runs.submit);
  const every = (test: (id: string) => boolean): boolean => ids.every(test);
  const mute = useDocument((state) =>
    every((id) => scopesOf(shownGraph(state)).nodes.get(id)?.mode === "mute"),
  );
  const bypass = useDocument((state) =>
    every((id) => scopesOf(shownGraph(state)).nodes.get(id)?.mode === "bypass"),
  );
  const bypassable = useDocument((state) => every((id) => canBypass(shownTypes(state), id)));
  const collapsed = useDocument((state) => every((id) => isCollapsed(shownGraph(state), id)));
  const pinned = useDocument((state) => every((id) => isPinned(shownGraph(state), id)));
  const color = useDocument((state) => colorOf(shownGraph(state), ids[0] ?? ""));
  const wanted = (): string[] => {
    const types = shownTypes(document.getState());
    return ids.flatMap((id) => {
      const outputs = types.outputs(id);
      return outputs.length > 0 ? outputs.map((port) => `${id}.${port}`) : [id];
    });
  };
  const copy = (): void => {
    const { place, change } = document.getState();
    let made: readonly string[] = [];
    change(say("inspect.duplicate"), (whole) => {
      const pasted = duplicate(whole, place, [...ids], false);
      made = pasted.ids;
      return pasted.document;
    });
    document.getState().select(made);
  };
  return (
    <div className="inspect-actions">
      <Toggle
        label={say("inspect.mute")}
        on={mute}
        click={() => edit(say("inspect.mute"), (graph) => toggleMode(graph, ids, "mute"))}
      />
      <Toggle
        label={say("inspect.bypass")}
        on={bypass}
        disabled={!bypassable && !bypass}
        why={bypassable ? "" : say("inspect.bypass.not")}
        click={() => edit(say("inspect.bypass"), (graph) => toggleMode(graph, ids, "bypass"))}
      />
      <Toggle
        label={say("inspect.collapse")}
        on={collapsed}
        click={() => edit(say("inspect.collapse"), (graph) => toggleView(graph, ids, "collapsed"))}
      />
      <Toggle
        label={say("inspect.pin")}
        on={pinned}
        click={() => edit(say("inspect.pin"), (graph) => toggleView(graph, ids, "pinned"))}
      />
      <button type="button" className="button button-small" onClick={copy}>
        {say("inspect.duplicate")}
      </button>
      <button
        type="button"
        className="button button-small"
        onClick={() => void submit(document.getState().document, { want: wanted() })}
      >
        {say("inspect.run")}
      </button>
      <button
        type="button"
        className="button button-small"
        onClick={() => edit(say("inspect.delete"), (graph) => removeNodes(graph, ids))}
      >
        {say("inspect.delete")}
      </button>
      <div className="inspect-colors" role="group" aria-label={say("inspect.color")}>
        {COLORS.map((one) => (
          <button
            key={one}
            type="button"
            className="color-dot"
            style={one === "" ? undefined : { background: one }}
            aria-label={one === "" ? say("inspect.color.none") : `${say("inspect.color")} ${one}`}
            aria-pressed={color === one}
            onClick={() => edit(say("inspect.color"), (graph) => setColor(graph, ids, one))}
          />
        ))}
      </div>
    </div>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly on: boolean;
  readonly click: () => void;
  readonly disabled?: boolean;
  readonly why?: string;
}

function Toggle({ label, on, click, disabled = false, why = "" }: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      className="button button-small"
      aria-pressed={on}
      disabled={disabled}
      title={why || undefined}
      onClick={click}
    >
      {label}
    </button>
  );
}
