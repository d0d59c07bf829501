/** The open frame of a loop: rails left and right, its body between, its timeline below. */

import type { NodeProps } from "@xyflow/react";
import type { JSX } from "react";
import { memo } from "react";
import { MEASURES, NEW_PORT } from "../graph/measures.ts";
import type { GraphNode } from "../graph/model.ts";
import type { Handle } from "../graph/nodeshape.ts";
import { LoopTimeline } from "../results/LoopTimeline.tsx";
import { say } from "../texts/texts.ts";
import { Field } from "../widgets/Field.tsx";
import type { Card } from "./flow.ts";
import { NodeHead } from "./NodeHead.tsx";
import { PortHandle } from "./PortHandle.tsx";
import { marksOf, useCard } from "./useCard.ts";
import { portWords } from "./words.ts";

export const FrameCard = memo(function FrameCard({
  id,
  selected,
}: NodeProps<Card>): JSX.Element | null {
  const card = useCard(id);
  const { node, shape, state, wired, title, pinned } = card;
  const { body, picture } = shape;
  if (!node || !body) return null;
  return (
    <section
      className="frame"
      style={{ width: shape.width, height: shape.height }}
      {...marksOf(card, selected)}
      id={`card-${id}`}
      aria-label={`${node.type} ${id}`}
    >
      <NodeHead id={id} node={node} title={title} state={state} pinned={pinned} collapsed={false} />
      <div
        className="rail frame-grip"
        style={{ left: 0, top: body.y, width: body.x, height: body.height }}
      />
      <div
        className="rail rail-right frame-grip"
        style={{
          left: body.x + body.width,
          top: body.y,
          width: shape.width - body.x - body.width,
          height: body.height,
        }}
      />
      {labelsOf(shape.handles, node).map(({ key, text, x, y, right }) => (
        <span
          key={key}
          className={right ? "rail-label rail-label-right" : "rail-label"}
          style={{ left: x, top: y }}
        >
          {text}
        </span>
      ))}
      {!wired.has("in.over") && (
        <div className="rail-over" style={{ top: MEASURES.frameHeader + MEASURES.padding }}>
          <Field id={id} port="over" wired={false} />
        </div>
      )}
      {picture && (
        <div
          className="frame-picture"
          style={{ left: picture.x, top: picture.y, width: picture.width, height: picture.height }}
        >
          {state.picture !== "" && (
            <img src={state.picture} alt={say("node.show")} draggable={false} />
          )}
        </div>
      )}
      <div className="frame-foot" style={{ top: body.y + body.height, height: MEASURES.timeline }}>
        <LoopTimeline id={id} />
      </div>
      {shape.handles.map((end) => (
        <PortHandle key={end.key} node={id} end={end} wired={wired.has(end.key)} />
      ))}
    </section>
  );
});

interface RailLabel {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly right: boolean;
}

/** One label a row: between the two ends of the left rail, or of the right one. */
function labelsOf(handles: readonly Handle[], node: GraphNode): RailLabel[] {
  const rows = new Map<string, RailLabel>();
  for (const { key, port, x, y, edge } of handles) {
    const right =
      key.startsWith("next.") ||
      key.startsWith("collect.") ||
      key.startsWith("show.") ||
      key.startsWith("gather.");
    const outer = key.startsWith("out.");
    if (outer || rows.has(`${right ? "r" : "l"}${y}`)) continue;
    const left = edge === "right" && !right ? 0 : x;
    rows.set(`${right ? "r" : "l"}${y}`, {
      key,
      text: words(key, port, node),
      x: right ? x : left,
      y,
      right,
    });
  }
  return [...rows.values()].filter((row) => row.text !== "");
}

function words(key: string, port: string, node: GraphNode): string {
  if (port === NEW_PORT)
    return say(key.startsWith("gather.") ? "node.new.collect" : "node.new.carried");
  if (key.startsWith("show.")) return say("node.show");
  if (key === "in.over") return node.inputs.has("over") ? `${say("node.over")} → item` : "";
  return portWords(port);
}
