/** Frames around nodes: a coloured ground with a title, moved as one. */

import { ViewportPortal } from "@xyflow/react";
import type { JSX, PointerEvent } from "react";
import { useState } from "react";
import { editFrame, frameBox, removeFrame } from "../graph/commands/grouping.ts";
import { moveNodes } from "../graph/commands/moving.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Frame, Point } from "../graph/view.ts";
import { added, framesOf, isPinned } from "../graph/view.ts";
import { useDocument, useEditor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useToFlow } from "./position.ts";

/** The grounds a frame may have; the first is that of a new one. */
export const GROUNDS = ["", "warm", "green", "blue", "violet"] as const;

export default function Groups({ geometry }: { readonly geometry: Geometry }): JSX.Element {
  const frames = framesOf(geometry.types.graph);
  return (
    <ViewportPortal>
      {[...frames].map(([id, frame]) => (
        <Group key={id} id={id} frame={frame} geometry={geometry} />
      ))}
    </ViewportPortal>
  );
}

interface Props {
  readonly id: string;
  readonly frame: Frame;
  readonly geometry: Geometry;
}

function Group({ id, frame, geometry }: Props): JSX.Element | null {
  const editor = useEditor();
  const edit = useDocument((document) => document.edit);
  const toFlow = useToFlow();
  const [naming, setNaming] = useState(false);
  const [shift, setShift] = useState<Point | null>(null);
  const box = frameBox(geometry, frame);
  if (!box) return null;
  const drag = (down: PointerEvent<HTMLElement>): void => {
    if (down.button !== 0 || naming) return;
    down.stopPropagation();
    const start = toFlow({ x: down.clientX, y: down.clientY });
    let by: Point = { x: 0, y: 0 };
    const move = (event: globalThis.PointerEvent): void => {
      const at = toFlow({ x: event.clientX, y: event.clientY });
      by = { x: at.x - start.x, y: at.y - start.y };
      setShift(by);
    };
    const up = (): void => {
      window.removeEventListener("pointermove", move);
      setShift(null);
      if (Math.hypot(by.x, by.y) < 2) {
        editor.document.getState().select(frame.nodes);
        return;
      }
      const ids = frame.nodes.filter(
        (one) => geometry.types.scopes.nodes.has(one) && !isPinned(geometry.types.graph, one),
      );
      const places = ids.map((one) => [one, added(geometry.place(one), by)] as const);
      edit("Move a frame", (graph) => moveNodes(graph, new Map(places)));
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up, { once: true });
  };
  const title = frame.title || say("group.untitled");
  const style = {
    left: box.x + (shift?.x ?? 0),
    top: box.y + (shift?.y ?? 0),
    width: box.width,
    height: box.height,
  };
  return (
    <div className="group" style={style} data-ground={frame.color || undefined}>
      <header
        className="group-head nopan"
        onPointerDown={drag}
        onDoubleClick={() => setNaming(true)}
      >
        {naming ? (
          <input
            autoFocus
            className="group-name nodrag"
            aria-label={say("group.name")}
            defaultValue={frame.title}
            onBlur={(event) => {
              setNaming(false);
              const named = event.target.value.trim();
              edit("Name a frame", (graph) => editFrame(graph, id, { title: named }));
            }}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
            }}
          />
        ) : (
          <span className="group-title">{title}</span>
        )}
        <span className="group-tools">
          {GROUNDS.map((ground) => (
            <button
              key={ground}
              type="button"
              className="group-ground"
              data-ground={ground || undefined}
              aria-label={say("group.ground", { name: ground || say("group.plain") })}
              aria-pressed={frame.color === ground}
              onPointerDown={(event) => event.stopPropagation()}
              onClick={() =>
                edit("Colour a frame", (graph) => editFrame(graph, id, { color: ground }))
              }
            />
          ))}
          <button
            type="button"
            className="icon-button"
            aria-label={say("group.remove")}
            title={say("group.remove")}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={() => edit("Remove a frame", (graph) => removeFrame(graph, id))}
          >
            ×
          </button>
        </span>
      </header>
    </div>
  );
}
