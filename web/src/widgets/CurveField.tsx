/** A curve: points are dragged, added by a double-click, moved by arrow keys, removed by Delete. */

import type { JSX, KeyboardEvent, MouseEvent, PointerEvent } from "react";
import { useRef, useState } from "react";
import { say } from "../texts/texts.ts";
import {
  added,
  keyStep,
  moved,
  pointsOf,
  removed,
  rounded,
  sorted,
  toJson,
  valueAt,
  windowOf,
} from "./curve.ts";
import type { CurvePoint, Window } from "./curve.ts";
import { ListField } from "./ListField.tsx";
import type { WidgetProps } from "./widget.ts";

const WIDTH = 280;
const EDGE = 8;

export default function CurveField(props: WidgetProps): JSX.Element {
  const { control, name, value, set, problem, roomy } = props;
  const height = roomy ? 160 : 100;
  const drawing = useRef<HTMLDivElement>(null);
  // While a point is dragged the window stands still, else it would run away from the pointer.
  const [held, setHeld] = useState<Window | null>(null);
  const points = sorted(pointsOf(value));
  const view = held ?? windowOf(points);
  const spanX = view.right - view.left;
  const spanY = view.top - view.bottom;
  const x = (at: number): number => EDGE + ((at - view.left) / spanX) * (WIDTH - 2 * EDGE);
  const y = (amount: number): number =>
    height - EDGE - ((amount - view.bottom) / spanY) * (height - 2 * EDGE);
  const from = (event: MouseEvent): CurvePoint => {
    const box = drawing.current?.getBoundingClientRect();
    if (!box) return { at: 0, value: 0 };
    const px = ((event.clientX - box.left) / box.width) * WIDTH;
    const py = ((event.clientY - box.top) / box.height) * height;
    const at = view.left + ((px - EDGE) / (WIDTH - 2 * EDGE)) * spanX;
    const amount = view.bottom + ((height - EDGE - py) / (height - 2 * EDGE)) * spanY;
    return { at: rounded(at, spanX), value: rounded(amount, spanY) };
  };
  const put = (next: readonly CurvePoint[]): void => set(toJson(next));
  const drag = (event: PointerEvent, index: number): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    put(moved(points, index, from(event)));
  };
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const point = points[index];
    if (!point) return;
    const by = event.shiftKey ? 10 : 1;
    const stepX = keyStep(spanX) * by;
    const stepY = keyStep(spanY) * by;
    const ways: Readonly<Record<string, CurvePoint>> = {
      ArrowLeft: { at: point.at - stepX, value: point.value },
      ArrowRight: { at: point.at + stepX, value: point.value },
      ArrowUp: { at: point.at, value: point.value + stepY },
      ArrowDown: { at: point.at, value: point.value - stepY },
    };
    const way = ways[event.key];
    if (way)
      put(moved(points, index, { at: rounded(way.at, spanX), value: rounded(way.value, spanY) }));
    else if (event.key === "Delete" || event.key === "Backspace") put(removed(points, index));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const line = [
    `M 0 ${y(valueAt(points, view.left))}`,
    ...points.map((point) => `L ${x(point.at)} ${y(point.value)}`),
  ];
  const last = points.at(-1);
  if (last) line.push(`L ${WIDTH} ${y(last.value)}`);
  return (
    <div className="curve nodrag nopan" data-bad={problem !== "" || undefined}>
      <div className="multiline-head">
        <span>{name}</span>
        <span className="multiline-length">
          {points.length > 0 && `${view.left} – ${view.right}`}
        </span>
      </div>
      <div
        ref={drawing}
        id={control}
        className="curve-drawing"
        style={{ height }}
        role="group"
        aria-label={`${name}. ${say("field.curve.help")}`}
        title={say("field.curve.help")}
        onDoubleClick={(event) => put(added(points, from(event)))}
      >
        <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <line className="curve-zero" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
          <line className="curve-one" x1="0" x2={WIDTH} y1={y(1)} y2={y(1)} />
          <path className="curve-line" d={line.join(" ")} />
        </svg>
        {points.map((point, index) => (
          <span
            key={index}
            className="curve-point"
            style={{ left: `${(x(point.at) / WIDTH) * 100}%`, top: y(point.value) }}
            tabIndex={0}
            role="slider"
            aria-label={say("field.curve.point", { at: point.at, value: point.value })}
            aria-valuenow={point.value}
            aria-valuetext={`${point.at}, ${point.value}`}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              setHeld(windowOf(points));
            }}
            onPointerMove={(event) => drag(event, index)}
            onPointerUp={() => setHeld(null)}
            onPointerCancel={() => setHeld(null)}
            onDoubleClick={(event) => event.stopPropagation()}
            onKeyDown={(event) => onKeyDown(event, index)}
          />
        ))}
      </div>
      {roomy && (
        <ListField {...props} name={say("field.curve.points")} control={`${control}-list`} />
      )}
    </div>
  );
}
