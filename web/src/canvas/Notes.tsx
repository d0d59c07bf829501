/** Notes on the canvas: text that stands beside the nodes. */

import { ViewportPortal } from "@xyflow/react";
import type { JSX, PointerEvent } from "react";
import { useState } from "react";
import { editNote, removeNote } from "../graph/commands/grouping.ts";
import type { Graph } from "../graph/model.ts";
import type { Note, Point } from "../graph/view.ts";
import { notesOf } from "../graph/view.ts";
import { useDocument } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useToFlow } from "./position.ts";

const LEAST = { width: 120, height: 64 };

export default function Notes({ graph }: { readonly graph: Graph }): JSX.Element {
  const notes = notesOf(graph);
  return (
    <ViewportPortal>
      {[...notes].map(([id, note]) => (
        <NoteCard key={id} id={id} note={note} />
      ))}
    </ViewportPortal>
  );
}

type Held = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

function NoteCard({ id, note }: { readonly id: string; readonly note: Note }): JSX.Element {
  const edit = useDocument((document) => document.edit);
  const seal = useDocument((document) => document.seal);
  const toFlow = useToFlow();
  const [held, setHeld] = useState<Held | null>(null);
  const drag = (
    down: PointerEvent<HTMLElement>,
    change: (note: Note, by: Point) => Held,
    label: string,
  ): void => {
    if (down.button !== 0) return;
    down.stopPropagation();
    down.preventDefault();
    const start = toFlow({ x: down.clientX, y: down.clientY });
    let now: Held | null = null;
    const move = (event: globalThis.PointerEvent): void => {
      const at = toFlow({ x: event.clientX, y: event.clientY });
      now = change(note, { x: Math.round(at.x - start.x), y: Math.round(at.y - start.y) });
      setHeld(now);
    };
    const up = (): void => {
      window.removeEventListener("pointermove", move);
      setHeld(null);
      const last = now;
      if (last) edit(label, (graph) => editNote(graph, id, last));
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up, { once: true });
  };
  const { x, y, width, height } = held ?? note;
  return (
    <aside
      className="note nopan nowheel"
      style={{ left: x, top: y, width, height }}
      aria-label={say("note.label")}
    >
      <header className="note-head" onPointerDown={(event) => drag(event, moved, "Move a note")}>
        <button
          type="button"
          className="icon-button"
          aria-label={say("note.remove")}
          title={say("note.remove")}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => edit("Remove a note", (graph) => removeNote(graph, id))}
        >
          ×
        </button>
      </header>
      <textarea
        className="note-text"
        aria-label={say("note.label")}
        placeholder={say("note.placeholder")}
        value={note.text}
        onChange={(event) => {
          const text = event.target.value;
          edit("Write a note", (graph) => editNote(graph, id, { text }), `note:${id}`);
        }}
        onBlur={seal}
      />
      <div className="note-corner" onPointerDown={(event) => drag(event, sized, "Resize a note")} />
    </aside>
  );
}

function moved({ x, y, width, height }: Note, by: Point): Held {
  return { x: x + by.x, y: y + by.y, width, height };
}

function sized({ x, y, width, height }: Note, by: Point): Held {
  return {
    x,
    y,
    width: Math.max(LEAST.width, width + by.x),
    height: Math.max(LEAST.height, height + by.y),
  };
}
