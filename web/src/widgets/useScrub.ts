/** Dragging a number sideways: each few pixels are a step. A click without a drag edits it. */

import type { PointerEvent } from "react";
import { useRef } from "react";

export interface Scrub {
  /** The drag has moved `pixels` from where it began; the keys held say how fine. */
  readonly move: (pixels: number, event: PointerEvent<HTMLElement>) => void;
  readonly click: () => void;
  readonly end: () => void;
}

const STILL = 3;

interface Begun {
  readonly x: number;
  readonly pointer: number;
  moved: boolean;
}

export interface ScrubHandlers {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: (event: PointerEvent<HTMLElement>) => void;
}

export function useScrub(scrub: Scrub): ScrubHandlers {
  const begun = useRef<Begun | null>(null);
  const stop = (): void => {
    if (begun.current?.moved) scrub.end();
    begun.current = null;
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0 || event.target instanceof HTMLInputElement) return;
      begun.current = { x: event.clientX, pointer: event.pointerId, moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
    },
    onPointerMove: (event) => {
      const at = begun.current;
      if (at?.pointer !== event.pointerId) return;
      const pixels = event.clientX - at.x;
      if (!at.moved && Math.abs(pixels) < STILL) return;
      at.moved = true;
      scrub.move(pixels, event);
    },
    onPointerUp: () => {
      if (begun.current && !begun.current.moved) scrub.click();
      stop();
    },
    onPointerCancel: stop,
  };
}
