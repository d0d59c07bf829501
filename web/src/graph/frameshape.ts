/** The open frame of a Repeat or Map: rails left and right, the body between, a timeline below. */

import { MEASURES, NEW_PORT } from "./measures.ts";
import type { GraphNode } from "./model.ts";
import { inputHandle } from "./nodeshape.ts";
import type { Handle, Shape } from "./nodeshape.ts";
import { portsOf } from "./ports.ts";
import type { PortTypes } from "./porttypes.ts";
import { UNKNOWN } from "./types.ts";
import type { Point } from "./view.ts";
import { inputTarget } from "./wires.ts";
import type { Target } from "./wires.ts";

/** What a frame asks of the nodes in it. */
interface Placed {
  readonly types: PortTypes;
  place(id: string): Point;
  shape(id: string): Shape;
}

/**
 * Left rail: what the loop goes over, and the carried values at the start of a turn. Right rail:
 * the carried values at its end, what is collected, and what is shown. A carried value has one
 * row across both rails.
 */
export function frameShape(geometry: Placed, id: string, node: GraphNode): Shape {
  const { types } = geometry;
  const rail = railWidths(node);
  const inner = bodyExtent(geometry, node, rail.left);
  const width = rail.left + inner.width + rail.right;
  const carried = node.type === "Repeat" ? [...node.next.keys()] : [];
  const rows = Math.max(3 + carried.length, 3 + carried.length + node.collect.size);
  const shown = node.type === "Repeat" && node.show !== "";
  const top = rowTop(rows);
  const railHeight = top + (shown ? MEASURES.show : 0) + MEASURES.padding;
  const height = Math.max(inner.height + MEASURES.frameHeader, railHeight) + MEASURES.timeline;
  const handles = [
    ...leftHandles(types, id, node, carried, rail.left),
    ...rightHandles(types, id, node, carried, width - rail.right, width),
  ];
  const body = {
    x: rail.left,
    y: MEASURES.frameHeader,
    width: inner.width,
    height: height - MEASURES.frameHeader - MEASURES.timeline,
  };
  if (!shown) return { width, height, handles, rows: [], body };
  const picture = {
    x: width - rail.right + MEASURES.padding,
    y: top,
    width: rail.right - 2 * MEASURES.padding,
    height: MEASURES.show - MEASURES.padding,
  };
  return { width, height, handles, rows: [], body, picture };
}

function railWidths(node: GraphNode): { readonly left: number; readonly right: number } {
  const right = node.show === "" ? MEASURES.rightRail : MEASURES.show + MEASURES.padding;
  return { left: MEASURES.leftRail, right };
}

/** The top of a rail's row. */
function rowTop(row: number): number {
  return MEASURES.frameHeader + MEASURES.padding + row * MEASURES.row;
}

function rowMiddle(row: number): number {
  return rowTop(row) + MEASURES.row / 2;
}

/** The size of the space between the rails: as much as the body's nodes need. */
function bodyExtent(
  geometry: Placed,
  node: GraphNode,
  left: number,
): { readonly width: number; readonly height: number } {
  let width: number = MEASURES.bodyWidth;
  let height: number = MEASURES.bodyHeight;
  for (const id of node.body?.keys() ?? []) {
    const { x, y } = geometry.place(id);
    const shape = geometry.shape(id);
    width = Math.max(width, x + shape.width + MEASURES.bodyPadding - left);
    height = Math.max(height, y + shape.height + MEASURES.bodyPadding - MEASURES.frameHeader);
  }
  return { width, height };
}

function leftHandles(
  types: PortTypes,
  id: string,
  node: GraphNode,
  carried: readonly string[],
  x: number,
): Handle[] {
  const { inputs } = portsOf(types, id, node);
  const input = (name: string, row: number): Handle[] => {
    const port = inputs.find((found) => found.name === name);
    return port ? [inputHandle(id, port, rowMiddle(row))] : [];
  };
  const inside = (port: string, row: number): Handle => ({
    key: `turn.${port}`,
    port,
    type: types.of({ node: id, port, side: "inside" })?.name ?? UNKNOWN,
    edge: "right",
    x,
    y: rowMiddle(row),
    side: "inside",
    many: false,
    required: false,
  });
  const made = [...input("over", 0), inside("item", 0), inside("index", 1)];
  for (const [at, name] of carried.entries())
    made.push(...input(name, 2 + at), inside(name, 2 + at));
  if (node.type === "Repeat")
    made.push(fresh("new", inputTarget(id, NEW_PORT), 0, 2 + carried.length));
  return made;
}

function rightHandles(
  types: PortTypes,
  id: string,
  node: GraphNode,
  carried: readonly string[],
  x: number,
  width: number,
): Handle[] {
  const arrives = (kind: "next" | "collect" | "show", port: string, row: number): Handle => ({
    key: `${kind}.${port}`,
    port,
    type: typeInside(types, id, kind, port),
    edge: "left",
    x,
    y: rowMiddle(row),
    target: { kind, node: id, port },
    many: false,
    required: kind === "next",
  });
  const leaves = (port: string, row: number): Handle => ({
    key: `out.${port}`,
    port,
    type: types.of({ node: id, port, side: "outside" })?.name ?? UNKNOWN,
    edge: "right",
    x: width,
    y: rowMiddle(row),
    side: "outside",
    many: false,
    required: false,
  });
  const made: Handle[] = node.type === "Repeat" ? [arrives("show", "", 0)] : [];
  for (const [at, name] of carried.entries()) {
    made.push(arrives("next", name, 2 + at), leaves(name, 2 + at));
  }
  const first = 2 + carried.length;
  for (const [at, name] of [...node.collect.keys()].entries()) {
    made.push(arrives("collect", name, first + at), leaves(name, first + at));
  }
  const last = first + node.collect.size;
  made.push(fresh("gather", { kind: "collect", node: id, port: NEW_PORT }, x, last));
  return made;
}

/** What a right rail's inner end wants: what is carried, else whatever comes. */
function typeInside(types: PortTypes, id: string, kind: string, port: string): string {
  if (kind === "next") return types.of({ node: id, port, side: "inside" })?.name ?? UNKNOWN;
  const node = types.scopes.nodes.get(id);
  const wire = kind === "show" ? node?.show : node?.collect.get(port);
  return wire ? (types.wire(wire, id)?.name ?? UNKNOWN) : UNKNOWN;
}

/** The end at which a wire begins a new carried or collected value. */
function fresh(key: string, target: Target, x: number, row: number): Handle {
  return {
    key: `${key}.${NEW_PORT}`,
    port: NEW_PORT,
    type: UNKNOWN,
    edge: "left",
    x,
    y: rowMiddle(row),
    target,
    many: false,
    required: false,
  };
}
