/**
 * A graph as what xyflow draws: one card a node, one edge a wire. Pure; knows no React.
 *
 * What did not change keeps its identity, so that one edit re-renders the cards it is about.
 */

import type { Edge, Node, NodeHandle } from "@xyflow/react";
import { Position } from "@xyflow/react";
import type { Geometry } from "../graph/geometry.ts";
import { isProblem } from "../graph/scopes.ts";
import type { Shape } from "../graph/nodeshape.ts";
import type { Point } from "../graph/view.ts";
import { bendsOf, isPinned } from "../graph/view.ts";
import type { WireRef } from "../graph/wires.ts";
import { scopeOfTarget, wiresOf } from "../graph/wires.ts";

export type Card = Node<Record<string, never>, "card" | "frame">;
export interface WireData extends Record<string, unknown> {
  readonly wire: WireRef;
  readonly type: string;
  readonly bends: readonly Point[];
}
export type WireEdge = Edge<WireData, "wire">;

/** Above all wires, whatever they touch; below the wire that is being drawn. */
const CARDS = 1_000;
/** How far from a port's middle a wire may be dropped on it. */
const REACH = 9;
const NOTHING: Record<string, never> = {};
const STRAIGHT: readonly Point[] = [];

/** Makes cards and edges, and remembers the last ones. One a canvas. */
export class Flow {
  private cards = new Map<string, Card>();
  private edges = new Map<string, WireEdge>();
  private list: WireEdge[] = [];
  private readonly shapes = new WeakMap<Card, Shape>();

  /** Loops come before what stands in them, as xyflow wants it. */
  nodes(geometry: Geometry, selection: ReadonlySet<string>): Card[] {
    const made = new Map<string, Card>();
    for (const id of geometry.types.scopes.nodes.keys()) {
      if (geometry.visible(id)) made.set(id, this.card(geometry, id, selection.has(id)));
    }
    this.cards = made;
    return [...made.values()];
  }

  wires(geometry: Geometry): WireEdge[] {
    const made = new Map<string, WireEdge>();
    const bends = bendsOf(geometry.types.graph);
    for (const wire of wiresOf(geometry.types.graph)) {
      const edge = this.edge(geometry, wire, bends.get(wire.key) ?? STRAIGHT);
      if (edge) made.set(wire.key, edge);
    }
    this.edges = made;
    // The same list as well: xyflow looks at all wires anew for each list that is another.
    const all = [...made.values()];
    if (all.length !== this.list.length || all.some((edge, at) => edge !== this.list[at]))
      this.list = all;
    return this.list;
  }

  private card(geometry: Geometry, id: string, selected: boolean): Card {
    const shape = geometry.shape(id);
    const position = geometry.place(id);
    const home = geometry.types.scopes.home(id);
    const draggable = !isPinned(geometry.types.graph, id);
    const type = shape.body ? "frame" : "card";
    const zIndex = layerOf(geometry, id);
    const last = this.cards.get(id);
    if (
      last?.selected === selected &&
      last.draggable === draggable &&
      last.type === type &&
      last.zIndex === zIndex &&
      (last.parentId ?? "") === home &&
      last.position.x === position.x &&
      last.position.y === position.y &&
      sameShape(this.shapes.get(last), shape)
    ) {
      return last;
    }
    const { width, height } = shape;
    const card: Card = {
      id,
      type,
      zIndex,
      position,
      selected,
      draggable,
      width,
      height,
      measured: { width, height },
      handles: handlesOf(shape),
      data: NOTHING,
      ...(home === "" ? {} : { parentId: home }),
      ...(type === "frame" ? { dragHandle: ".frame-grip" } : {}),
    };
    this.shapes.set(card, shape);
    return card;
  }

  private edge(geometry: Geometry, wire: WireRef, bends: readonly Point[]): WireEdge | null {
    const { types } = geometry;
    const { target } = wire;
    if (target.kind === "output") return null;
    const source = types.scopes.resolve(wire.source, scopeOfTarget(types.graph, target));
    if (isProblem(source) || !types.scopes.nodes.has(source.node)) return null;
    if (!geometry.visible(target.node) || !geometry.visible(source.node)) return null;
    if (target.kind !== "input" && !geometry.shape(target.node).body) return null;
    const type = types.of(source)?.name ?? "?";
    const sourceHandle = source.side === "inside" ? `turn.${source.port}` : `out.${source.port}`;
    const targetHandle =
      target.kind === "input" ? `in.${target.port}` : `${target.kind}.${target.port}`;
    const zIndex = layerOfWire(geometry, wire);
    const last = this.edges.get(wire.key);
    if (
      last?.zIndex === zIndex &&
      last.source === source.node &&
      last.sourceHandle === sourceHandle &&
      last.targetHandle === targetHandle &&
      last.data?.type === type &&
      last.data.wire.source === wire.source &&
      last.data.bends === bends
    ) {
      return last;
    }
    return {
      id: wire.key,
      type: "wire",
      zIndex,
      source: source.node,
      target: target.node,
      sourceHandle,
      targetHandle,
      data: { wire, type, bends },
      reconnectable: "target",
      focusable: false,
    };
  }
}

/**
 * From back to front: the wires at the top, the frames there, the wires in those, the frames in
 * those, and so on; then all cards, so that no wire runs over what is written on one.
 */
export function layerOf(geometry: Geometry, id: string): number {
  const { types } = geometry;
  if (!geometry.shape(id).body) return CARDS;
  return 2 * depthOf(types, types.scopes.home(id)) + 1;
}

function layerOfWire({ types }: Geometry, { target }: WireRef): number {
  return 2 * depthOf(types, scopeOfTarget(types.graph, target));
}

/** In how many loops a body lies. */
function depthOf({ scopes }: Geometry["types"], scope: string): number {
  return scopes.enclosing(scope).length - 1;
}

function handlesOf(shape: Shape): NodeHandle[] {
  return shape.handles.map(({ key, target, edge, x, y }) => ({
    id: key,
    type: target ? "target" : "source",
    position: edge === "left" ? Position.Left : Position.Right,
    // The wire ends at the outer edge's middle of this box.
    x: edge === "left" ? x : x - REACH,
    y: y - REACH,
    width: REACH,
    height: 2 * REACH,
  }));
}

/** Whether two shapes are drawn alike. */
export function sameShape(a: Shape | undefined, b: Shape): boolean {
  if (a === b) return true;
  if (a?.width !== b.width || a.height !== b.height || a.handles.length !== b.handles.length)
    return false;
  return a.handles.every((handle, at) => {
    const other = b.handles[at];
    return (
      handle.key === other?.key &&
      handle.x === other.x &&
      handle.y === other.y &&
      handle.type === other.type
    );
  });
}
