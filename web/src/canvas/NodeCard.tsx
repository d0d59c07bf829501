/** A node that is no open frame: its header, its rows, its ports, what is known of it. */

import type { NodeProps } from "@xyflow/react";
import type { JSX } from "react";
import { memo } from "react";
import { MEASURES, NEW_PORT } from "../graph/measures.ts";
import type { Row } from "../graph/nodeshape.ts";
import { isUnknown } from "../graph/ports.ts";
import { colorOf, isCollapsed } from "../graph/view.ts";
import { shownGraph, shownTypes } from "../state/document.ts";
import { useDocument } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { Field } from "../widgets/Field.tsx";
import type { Card } from "./flow.ts";
import { NodeHead } from "./NodeHead.tsx";
import { PortHandle } from "./PortHandle.tsx";
import { marksOf, useCard } from "./useCard.ts";
import { portWords } from "./words.ts";

export const NodeCard = memo(function NodeCard({
  id,
  selected,
}: NodeProps<Card>): JSX.Element | null {
  const card = useCard(id);
  const { node, shape, state, wired, title, pinned } = card;
  const collapsed = useDocument((document) => isCollapsed(shownGraph(document), id));
  const color = useDocument((document) => colorOf(shownGraph(document), id));
  const unknown = useDocument((document) => {
    const found = shownTypes(document).scopes.nodes.get(id);
    return found !== undefined && isUnknown(shownTypes(document), found);
  });
  if (!node) return null;
  return (
    <article
      className="card"
      style={{
        width: shape.width,
        height: shape.height,
        ...(color ? { "--card-color": color } : {}),
      }}
      {...marksOf(card, selected)}
      data-kept={state.kept || undefined}
      data-unknown={unknown || undefined}
      data-collapsed={collapsed || undefined}
      id={`card-${id}`}
      aria-label={`${node.type} ${id}`}
    >
      <NodeHead
        id={id}
        node={node}
        title={title}
        state={state}
        pinned={pinned}
        collapsed={collapsed}
      />
      {shape.rows.map((row) => (
        <CardRow
          key={`${row.input ?? ""}>${row.output ?? ""}`}
          id={id}
          row={row}
          isWired={row.input !== null && wired.has(`in.${row.input}`)}
        />
      ))}
      {shape.picture && (
        <div
          className="card-picture"
          style={{
            left: shape.picture.x,
            top: shape.picture.y,
            width: shape.picture.width,
            height: shape.picture.height,
          }}
        >
          {state.picture !== "" && <img src={state.picture} alt="" draggable={false} />}
        </div>
      )}
      {unknown && !collapsed && <Unknown type={node.type} />}
      {shape.handles.map((end) => (
        <PortHandle key={end.key} node={id} end={end} wired={wired.has(end.key)} />
      ))}
    </article>
  );
});

/** Whole in the tooltip where a long name leaves no room for all of it. */
function Unknown({ type }: { readonly type: string }): JSX.Element {
  const sentence = say("node.unknown", { type });
  return (
    <p className="card-unknown" style={{ height: MEASURES.unknown }} title={sentence}>
      {sentence}
    </p>
  );
}

interface RowProps {
  readonly id: string;
  readonly row: Row;
  readonly isWired: boolean;
}

function CardRow({ id, row, isWired }: RowProps): JSX.Element {
  const style = { top: row.y, height: row.height };
  if (row.widget && row.input !== null) {
    return (
      <div
        className="card-row card-field"
        style={style}
        data-low={row.height === MEASURES.widget || undefined}
      >
        <Field id={id} port={row.input} wired={isWired} />
      </div>
    );
  }
  return (
    <div className="card-row" style={style}>
      <span className="card-in">
        {row.input === NEW_PORT ? say("node.new.case") : portWords(row.input ?? "")}
      </span>
      <span className="card-out">{portWords(row.output ?? "")}</span>
    </div>
  );
}
