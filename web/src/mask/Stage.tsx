/** The picture with the mask over it, and the brush: drawn on, moved and looked at closely. */

import type { CSSProperties, JSX } from "react";
import { useEffect, useEffectEvent, useRef } from "react";
import { useStore } from "zustand";
import { listen } from "./hand.ts";
import type { Doing } from "./hand.ts";
import { colourOf, drawMask, drawPicture } from "./overlay.ts";
import { boxOf } from "./session.ts";
import type { Session } from "./session.ts";
import { stepped } from "./tools.ts";
import { toStage } from "./view.ts";
import type { View } from "./view.ts";
import { words } from "./words.ts";

interface Props {
  readonly session: Session;
  /** Space is held: dragging moves the picture. */
  readonly moving: boolean;
}

export function Stage({ session, moving }: Props): JSX.Element {
  const stage = useRef<HTMLDivElement>(null);
  const view = useStore(session.store, (sitting) => sitting.view);
  const { width, height } = useStore(session.store, ({ painting }) => painting.size);
  const opacity = useStore(session.store, ({ held }) => held.opacity);
  const doing = useEffectEvent((): Doing => doingIn(session, moving));
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const watch = new ResizeObserver(() =>
      session.measure({ width: element.clientWidth, height: element.clientHeight }),
    );
    watch.observe(element);
    const deaf = listen(element, () => doing());
    return () => {
      watch.disconnect();
      deaf();
    };
  }, [session]);
  const sheet: CSSProperties = {
    width,
    height,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`,
  };
  return (
    <div
      ref={stage}
      className="mask-stage"
      role="application"
      aria-label={words("stage")}
      tabIndex={0}
      data-moving={moving || undefined}
    >
      <div className="mask-sheet" data-near={view.zoom > 3 || undefined} style={sheet}>
        <Beneath session={session} />
        <Mask session={session} opacity={opacity} />
      </div>
      <Tip session={session} view={view} />
    </div>
  );
}

function Beneath({ session }: { readonly session: Session }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useStore(session.store, ({ painting }) => painting.size);
  const image = useStore(session.store, ({ picture }) => picture?.image ?? null);
  useEffect(() => {
    if (canvas.current) drawPicture(canvas.current, image, size);
  }, [image, size]);
  return <canvas ref={canvas} width={size.width} height={size.height} />;
}

interface MaskProps {
  readonly session: Session;
  readonly opacity: number;
}

function Mask({ session, opacity }: MaskProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painting = useStore(session.store, (sitting) => sitting.painting);
  const { size, values } = painting;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const colour = colourOf(getComputedStyle(element).color);
    return session.hear((box) => drawMask(element, values, size, box, colour));
  }, [session, values, size]);
  return (
    <canvas
      ref={canvas}
      className="mask-paint"
      width={size.width}
      height={size.height}
      style={{ opacity }}
    />
  );
}

/** The brush as a ring of its width, or the rectangle that is being drawn. */
function Tip({
  session,
  view,
}: {
  readonly session: Session;
  readonly view: View;
}): JSX.Element | null {
  const at = useStore(session.store, (sitting) => sitting.at);
  const corner = useStore(session.store, (sitting) => sitting.corner);
  const held = useStore(session.store, (sitting) => sitting.held);
  const down = useStore(session.store, (sitting) => sitting.down);
  if (!at) return null;
  if (corner) {
    const { left, top, right, bottom } = boxOf(corner, at);
    const { x, y } = toStage(view, { x: left, y: top });
    const style = { left: x, top: y, width: (right - left) * view.zoom };
    return <span className="mask-frame" style={{ ...style, height: (bottom - top) * view.zoom }} />;
  }
  const { x, y } = toStage(view, at);
  const wide = held.tool === "box" ? 12 : Math.max(4, held.size * view.zoom);
  return (
    <span
      className="mask-tip"
      data-tool={held.tool}
      data-down={down || undefined}
      style={{ left: x, top: y, width: wide, height: wide }}
    />
  );
}

function doingIn(session: Session, moving: boolean): Doing {
  return {
    moving: () => moving,
    begin: (at, pressure) => session.begin(session.place(at), pressure),
    extend: (at, pressure) => session.extend(session.place(at), pressure),
    end: () => session.end(),
    abandon: () => session.abandon(),
    pan: (x, y) => session.pan(x, y),
    pinch: (from, to) => session.pinch(from, to),
    hover: (at) => session.hover(at && session.place(at)),
    zoom: (factor, at) => session.zoom(factor, at),
    resize: (notches) => session.hold(stepped(session.store.getState().held, notches)),
  };
}
