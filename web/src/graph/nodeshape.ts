/** The shape of a node that is no open frame: its rows, handles and size. */

import type { Input } from "./catalogue.ts";
import { MEASURES, NEW_PORT } from "./measures.ts";
import type { GraphNode } from "./model.ts";
import type { OutPort, Ports } from "./ports.ts";
import type { Side } from "./scopes.ts";
import type { Point, Size } from "./view.ts";
import { inputTarget } from "./wires.ts";
import type { Target } from "./wires.ts";

/** One end at which wires start or arrive, from the node's corner. */
export interface Handle {
  /** Unique in its node: `in.latent`, `out.latent`, `item.item` inside, `next.latent`, ... */
  readonly key: string;
  readonly port: string;
  readonly type: string;
  /** Which edge the wire leaves by. */
  readonly edge: "left" | "right";
  readonly x: number;
  readonly y: number;
  /** What a wire that arrives here sets; absent at ends where wires start. */
  readonly target?: Target;
  /** Where wires start: the side of the loop they are seen from; absent at ends where they arrive. */
  readonly side?: Side;
  readonly many: boolean;
  readonly required: boolean;
}

/** One row of a node's body: ports facing each other, or one plain input with its widget. */
export interface Row {
  readonly input: string | null;
  readonly output: string | null;
  readonly widget: boolean;
  readonly y: number;
  readonly height: number;
}

export interface Shape extends Size {
  readonly handles: readonly Handle[];
  readonly rows: readonly Row[];
  /** Where the body's nodes stand, for an open loop. */
  readonly body?: Point & Size;
  /** Where the picture of a sink or a loop's preview is drawn. */
  readonly picture?: Point & Size;
}

export function nodeShape(id: string, node: GraphNode, ports: Ports, given: number | null): Shape {
  const wired = ports.inputs.filter((port) => !port.plain);
  const typed = ports.inputs.filter((port) => port.plain);
  const wide = typed.some((port) => widgetHeight(port) > MEASURES.widget);
  const width = Math.max(MEASURES.minWidth, given ?? (wide ? MEASURES.wideWidth : MEASURES.width));
  const rows: Row[] = [];
  let y = MEASURES.header + MEASURES.padding / 2;
  const put = (
    input: string | null,
    output: string | null,
    height: number,
    widget: boolean,
  ): void => {
    rows.push({ input, output, widget, y, height });
    y += height;
  };
  for (let at = 0; at < Math.max(wired.length, ports.outputs.length); at++) {
    put(wired[at]?.name ?? null, ports.outputs[at]?.name ?? null, MEASURES.row, false);
  }
  for (const port of typed) {
    put(port.name, null, isLow(node, port) ? MEASURES.widget : widgetHeight(port), true);
  }
  const picture = ports.sink && wired.some((port) => port.type === "Image");
  const area = {
    x: MEASURES.padding,
    y,
    width: width - 2 * MEASURES.padding,
    height: MEASURES.picture,
  };
  if (picture) y += MEASURES.picture;
  if (ports.unknown) y += MEASURES.unknown;
  const height = y + MEASURES.padding;
  const handles = rows.flatMap((row) => rowHandles(id, row, ports, width));
  return { width, height, rows, handles, ...(picture ? { picture: area } : {}) };
}

function rowHandles(id: string, row: Row, ports: Ports, width: number): Handle[] {
  const y = row.y + (row.widget ? MEASURES.widget : row.height) / 2;
  const input = ports.inputs.find((port) => port.name === row.input);
  const output = ports.outputs.find((port) => port.name === row.output);
  return [
    ...(input ? [inputHandle(id, input, y)] : []),
    ...(output ? [outputHandle(output, width, y)] : []),
  ];
}

export function inputHandle(id: string, port: Input, y: number): Handle {
  return {
    key: `in.${port.name}`,
    port: port.name,
    type: port.type,
    edge: "left",
    x: 0,
    y,
    target: inputTarget(id, port.name),
    many: port.many,
    required: port.required,
  };
}

export function outputHandle(port: OutPort, x: number, y: number): Handle {
  const { name, type } = port;
  return {
    key: `out.${name}`,
    port: name,
    type,
    edge: "right",
    x,
    y,
    side: "outside",
    many: false,
    required: false,
  };
}

/** Only the header is left; all wires end at its middle. */
export function collapsedShape(id: string, ports: Ports, given: number | null): Shape {
  const width = Math.max(MEASURES.minWidth, given ?? MEASURES.minWidth);
  const y = MEASURES.header / 2;
  const handles = [
    ...ports.inputs
      .filter((port) => port.name !== NEW_PORT)
      .map((port) => inputHandle(id, port, y)),
    ...ports.outputs.map((port) => outputHandle(port, width, y)),
  ];
  return { width, height: MEASURES.header, handles, rows: [] };
}

/** Whether a port's row is one line: a wire stands in for its widget, or it may be and is unset. */
export function isLow(node: GraphNode, port: Input): boolean {
  if (node.inputs.has(port.name)) return true;
  return port.plain?.nullable === true && port.default === null && !node.params.has(port.name);
}

/** The height of the row that holds a plain input's widget. */
export function widgetHeight(port: Input): number {
  const kind = port.plain?.kind;
  switch (port.widget?.kind) {
    case "multiline":
      return MEASURES.multiline;
    case "curve":
      return MEASURES.curve;
    case "image":
      return MEASURES.image;
    default:
      return kind === "list" || kind === "record" ? MEASURES.list : MEASURES.widget;
  }
}
