/** Two pictures on top of each other, A left and B right of a line that is dragged. */

import type { JSX, KeyboardEvent, PointerEvent } from "react";
import { useState } from "react";
import { say } from "../texts/texts.ts";

interface Props {
  readonly a: string;
  readonly b: string;
  readonly width: number;
  readonly height: number;
}

export function Compare({ a, b, width, height }: Props): JSX.Element {
  const [share, setShare] = useState(0.5);
  const move = (event: PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setShare(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)));
  };
  const key = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? -0.02 : event.key === "ArrowRight" ? 0.02 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    setShare(Math.max(0, Math.min(1, share + by)));
  };
  const percent = Math.round(share * 100);
  return (
    <div className="compare">
      <div
        className="compare-box"
        style={{ aspectRatio: `${width} / ${height}` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          move(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) move(event);
        }}
      >
        <img src={b} alt="B" draggable={false} />
        <img
          src={a}
          alt="A"
          draggable={false}
          style={{ clipPath: `inset(0 ${100 - share * 100}% 0 0)` }}
        />
        <span className="compare-name compare-a">A</span>
        <span className="compare-name compare-b">B</span>
        <div
          className="compare-line"
          style={{ left: `${share * 100}%` }}
          role="slider"
          tabIndex={0}
          aria-label={say("results.slider")}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          onKeyDown={key}
        />
      </div>
    </div>
  );
}
