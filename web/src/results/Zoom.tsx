/** A picture that fits, or as near as one likes: wheel and pinch zoom to the pointer, drag pans. */

import type { JSX, PointerEvent } from "react";
import { useEffect, useRef, useState } from "react";
import type { StoredFile } from "../api/server.ts";
import { say } from "../texts/texts.ts";

interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

const FIT: View = { zoom: 1, x: 0, y: 0 };
const MOST = 32;

export function Zoom({
  file,
  title,
}: {
  readonly file: StoredFile;
  readonly title: string;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(FIT);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // Not React's own: that one is passive, and the page behind would scroll.
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top, width, height } = element.getBoundingClientRect();
      const at = { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
      const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016));
      setView((last) => zoomed(last, last.zoom * factor, at));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, []);
  const drag = (event: PointerEvent): void => {
    if (held)
      setView((last) => ({ ...last, x: last.x + event.movementX, y: last.y + event.movementY }));
  };
  const label = `${Math.round(view.zoom * 100)} %`;
  return (
    <div
      ref={box}
      className="zoom"
      data-held={held || undefined}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setHeld(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
      onDoubleClick={() => setView(view === FIT ? zoomed(FIT, 4, { x: 0, y: 0 }) : FIT)}
    >
      <img
        src={file.url}
        alt={title}
        draggable={false}
        data-near={view.zoom > 3 || undefined}
        style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
      />
      <button
        type="button"
        className="zoom-label"
        title={say("results.fit")}
        onClick={() => setView(FIT)}
      >
        {label}
      </button>
    </div>
  );
}

/** Another zoom with the point under the pointer left where it is; never smaller than fitting. */
export function zoomed(
  view: View,
  wanted: number,
  at: { readonly x: number; readonly y: number },
): View {
  const zoom = Math.max(1, Math.min(MOST, wanted));
  if (zoom === 1) return FIT;
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}
