/** A wire: a curve in its type's colour, through its bends. */

import { BaseEdge, getBezierPath } from "@xyflow/react";
import type { EdgeProps } from "@xyflow/react";
import type { CSSProperties, JSX, PointerEvent } from "react";
import { memo, useState } from "react";
import { moveBend, removeBend } from "../graph/commands/wiring.ts";
import type { Point } from "../graph/view.ts";
import { useDocument } from "../state/editor.ts";
import type { WireEdge } from "./flow.ts";
import { useShift } from "./lifting.ts";
import { portLook } from "./portlook.ts";
import { useToFlow } from "./position.ts";
import { trimmed } from "./trimmed.ts";

export const Wire = memo(function Wire(props: EdgeProps<WireEdge>): JSX.Element | null {
  const { data } = props;
  const [source, target] = [useShift(props.source), useShift(props.target)];
  const [dragged, setDragged] = useState<{ at: number; point: Point } | null>(null);
  if (!data) return null;
  const bends = dragged
    ? data.bends.map((bend, at) => (at === dragged.at ? dragged.point : bend))
    : data.bends;
  const look = portLook(data.type);
  const style: CSSProperties = { stroke: look.color };
  const ends = {
    sourcePosition: props.sourcePosition,
    targetPosition: props.targetPosition,
    sourceX: props.sourceX + source.x,
    sourceY: props.sourceY + source.y,
    targetX: props.targetX + target.x,
    targetY: props.targetY + target.y,
  };
  const path = wirePath(ends, bends);
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        style={style}
        interactionWidth={0}
        className={look.many ? "wire wire-many" : "wire"}
      />
      <path className="react-flow__edge-interaction wire-reach" d={trimmed(path)} />
      {bends.map((bend, at) => (
        <Bend key={at} wire={props.id} at={at} bend={bend} color={look.color} onDrag={setDragged} />
      ))}
    </>
  );
});

type Ends = Pick<
  EdgeProps<WireEdge>,
  "sourceX" | "sourceY" | "targetX" | "targetY" | "sourcePosition" | "targetPosition"
>;

/** One curve from port to port, or one from bend to bend. */
export function wirePath(ends: Ends, bends: readonly Point[]): string {
  if (bends.length === 0) return getBezierPath(ends)[0];
  const points = [
    { x: ends.sourceX, y: ends.sourceY },
    ...bends,
    { x: ends.targetX, y: ends.targetY },
  ];
  let path = "";
  for (let at = 1; at < points.length; at++) {
    const from = points[at - 1];
    const to = points[at];
    if (!from || !to) continue;
    const reach = Math.max(24, Math.abs(to.x - from.x) / 2);
    path += `M ${from.x} ${from.y} C ${from.x + reach} ${from.y} ${to.x - reach} ${to.y} ${to.x} ${to.y} `;
  }
  return path;
}

interface BendProps {
  readonly wire: string;
  readonly at: number;
  readonly bend: Point;
  readonly color: string;
  readonly onDrag: (dragged: { at: number; point: Point } | null) => void;
}

/** A point to drag a wire by; a double-click takes it away. */
function Bend({ wire, at, bend, color, onDrag }: BendProps): JSX.Element {
  const edit = useDocument((document) => document.edit);
  const toFlow = useToFlow();
  const start = (down: PointerEvent<SVGCircleElement>): void => {
    if (down.button !== 0) return;
    down.stopPropagation();
    const target = down.currentTarget;
    target.setPointerCapture(down.pointerId);
    let last: Point | null = null;
    const move = (event: globalThis.PointerEvent): void => {
      last = toFlow({ x: event.clientX, y: event.clientY });
      onDrag({ at, point: last });
    };
    const end = (): void => {
      target.removeEventListener("pointermove", move);
      onDrag(null);
      const point = last;
      if (point) edit("Move a bend", (graph) => moveBend(graph, wire, at, point));
    };
    target.addEventListener("pointermove", move);
    target.addEventListener("pointerup", end, { once: true });
    target.addEventListener("pointercancel", end, { once: true });
  };
  return (
    <circle
      className="bend nopan"
      cx={bend.x}
      cy={bend.y}
      r={5}
      style={{ fill: color }}
      onPointerDown={start}
      onDoubleClick={(event) => {
        event.stopPropagation();
        edit("Remove a bend", (graph) => removeBend(graph, wire, at));
      }}
    />
  );
}
