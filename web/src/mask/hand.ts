/**
 * Mouse, pen and fingers on the stage: who draws and who moves the picture.
 *
 * One finger draws, two move; beside a pen all fingers move. The middle button and a held Space
 * move too, and the wheel zooms.
 */

import type { Point } from "./view.ts";

export interface Doing {
  /** Whether the first button moves the picture at present. */
  readonly moving: () => boolean;
  readonly begin: (at: Point, pressure: number) => void;
  readonly extend: (at: Point, pressure: number) => void;
  readonly end: () => void;
  /** It was no stroke: a second finger came. */
  readonly abandon: () => void;
  readonly pan: (x: number, y: number) => void;
  readonly pinch: (from: readonly [Point, Point], to: readonly [Point, Point]) => void;
  readonly hover: (at: Point | null) => void;
  readonly zoom: (factor: number, at: Point) => void;
  readonly resize: (notches: number) => void;
}

type State = "idle" | "drawing" | "moving" | "pinching";

/** Listens until the answer is called. `doing` is asked for at each event: it may have changed. */
export function listen(stage: HTMLElement, doing: () => Doing): () => void {
  const points = new Map<number, Point>();
  let state: State = "idle";
  let pen = false;
  const at = (event: MouseEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const down = (event: PointerEvent): void => {
    if (event.button > 1) return;
    // No text is selected, no mouse follows a touch; the focus still comes here.
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    pen ||= event.pointerType === "pen";
    const touch = event.pointerType === "touch";
    points.set(event.pointerId, at(event));
    if (points.size === 2 && touch) {
      if (state === "drawing") doing().abandon();
      state = "pinching";
    } else if (points.size === 1) {
      const moves = event.button === 1 || doing().moving() || (touch && pen);
      state = moves ? "moving" : "drawing";
      if (!moves) doing().begin(at(event), pressureOf(event));
    }
  };
  const move = (event: PointerEvent): void => {
    const last = points.get(event.pointerId);
    const now = at(event);
    if (event.pointerType !== "touch" || state === "drawing") doing().hover(now);
    if (!last) return;
    if (state === "drawing") {
      const parts = event.getCoalescedEvents();
      for (const part of parts.length > 0 ? parts : [event])
        doing().extend(at(part), pressureOf(part));
    } else if (state === "moving") doing().pan(now.x - last.x, now.y - last.y);
    else if (state === "pinching" && points.size === 2) {
      const [one, other] = [...points];
      if (one && other) {
        const from: readonly [Point, Point] = [one[1], other[1]];
        doing().pinch(from, one[0] === event.pointerId ? [now, other[1]] : [one[1], now]);
      }
    }
    points.set(event.pointerId, now);
  };
  const up = (event: PointerEvent): void => {
    if (!points.delete(event.pointerId)) return;
    if (state === "drawing" && event.type === "pointercancel") doing().abandon();
    else if (state === "drawing") doing().end();
    // What is left of a pinch draws nothing.
    if (points.size === 0) state = "idle";
    else if (state !== "pinching") state = "moving";
    if (event.pointerType === "touch") doing().hover(null);
  };
  const leave = (): void => doing().hover(null);
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const by = event.deltaY || event.deltaX;
    if (event.altKey) doing().resize(-Math.sign(by));
    else doing().zoom(Math.exp(-by * (event.ctrlKey ? 0.01 : 0.0016)), at(event));
  };
  const quiet = (event: Event): void => event.preventDefault();
  const heard: readonly (readonly [string, (event: never) => void])[] = [
    ["pointerdown", down],
    ["pointermove", move],
    ["pointerup", up],
    ["pointercancel", up],
    ["pointerleave", leave],
    ["wheel", wheel],
    ["contextmenu", quiet],
  ];
  for (const [name, act] of heard)
    stage.addEventListener(name, act as EventListener, { passive: false });
  return () => {
    for (const [name, act] of heard) stage.removeEventListener(name, act as EventListener);
  };
}

/** How wide the brush is of its whole size: a pen says how hard it is pressed. */
function pressureOf({ pointerType, pressure }: PointerEvent): number {
  return pointerType === "pen" && pressure > 0 ? 0.15 + 0.85 * pressure : 1;
}
