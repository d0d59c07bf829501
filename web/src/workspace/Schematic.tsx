/** A graph in miniature: its cards and wires as they stand, for lists of files. */

import type { JSX } from "react";
import { memo, useMemo } from "react";
import type { Catalogue } from "../graph/catalogue.ts";
import { geometryOf } from "../graph/geometry.ts";
import { placeAll } from "../graph/layout.ts";
import type { Graph } from "../graph/model.ts";
import { typesOf } from "../graph/porttypes.ts";
import { isProblem } from "../graph/scopes.ts";
import { scopeOfTarget, wiresOf } from "../graph/wires.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly loop: boolean;
}

interface Drawing {
  readonly boxes: readonly Box[];
  readonly wires: string;
  readonly view: string;
}

export const Schematic = memo(function Schematic({
  graph,
  catalogue,
}: {
  readonly graph: Graph;
  readonly catalogue: Catalogue;
}): JSX.Element {
  const { boxes, wires, view } = useMemo(() => drawingOf(graph, catalogue), [graph, catalogue]);
  return (
    <svg
      className="schematic"
      viewBox={view}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden="true"
    >
      {boxes.map(({ loop, ...box }, at) => (
        <rect key={at} {...box} rx={12} className={loop ? "schematic-loop" : "schematic-card"} />
      ))}
      <path d={wires} className="schematic-wires" vectorEffect="non-scaling-stroke" />
    </svg>
  );
});

const MARGIN = 40;

function drawingOf(document: Graph, catalogue: Catalogue): Drawing {
  const graph = placeAll(document, catalogue);
  const geometry = geometryOf(typesOf(graph, catalogue));
  const { scopes } = geometry.types;
  const ids = [...scopes.nodes.keys()].filter((id) => geometry.visible(id));
  const boxes = ids.map((id): Box => {
    const { width, height, body } = geometry.shape(id);
    return { ...geometry.absolute(id), width, height, loop: body !== undefined };
  });
  const wires = wiresOf(graph).flatMap((wire) => {
    const from = scopes.resolve(wire.source, scopeOfTarget(graph, wire.target));
    if (isProblem(from) || from.side === "inside" || wire.target.kind !== "input") return [];
    if (!geometry.visible(from.node) || !geometry.visible(wire.target.node)) return [];
    const [a, b] = [geometry.absolute(from.node), geometry.absolute(wire.target.node)];
    const { width, height } = geometry.shape(from.node);
    const end = geometry.shape(wire.target.node).height / 2;
    return [`M${a.x + width} ${a.y + height / 2}L${b.x} ${b.y + end}`];
  });
  return { boxes, wires: wires.join(""), view: viewOf(boxes) };
}

function viewOf(boxes: readonly Box[]): string {
  if (boxes.length === 0) return "0 0 100 60";
  const left = Math.min(...boxes.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...boxes.map(({ y }) => y)) - MARGIN;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + MARGIN;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + MARGIN;
  return `${left} ${top} ${right - left} ${bottom - top}`;
}
