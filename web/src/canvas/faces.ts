/** What is seen of a card while it is only drawn: head, names of its rows, where its widgets stand. Pure. */

import { Position } from "@xyflow/react";
import type { Geometry } from "../graph/geometry.ts";
import { MEASURES, NEW_PORT } from "../graph/measures.ts";
import type { GraphNode } from "../graph/model.ts";
import type { Handle, Row } from "../graph/nodeshape.ts";
import { colorOf, isCollapsed, titleOf } from "../graph/view.ts";
import type { Point, Size } from "../graph/view.ts";
import { wiredAt } from "../graph/wiredports.ts";
import type { Line } from "./outline.ts";
import { wirePath } from "./Wire.tsx";
import { portWords, typeWords } from "./words.ts";

/** A text of a row; `x` is its right end where it is `right`. */
export interface Word extends Point {
  readonly text: string;
  readonly right: boolean;
}

/** All places count from the card's corner. */
export interface Face {
  readonly title: string;
  /** The id behind the title; empty where it says nothing more. */
  readonly also: string;
  readonly head: number;
  readonly color: string;
  readonly folded: boolean;
  readonly words: readonly Word[];
  /** Where widgets stand. */
  readonly wells: readonly (Point & Size)[];
  /** Where a picture is shown. */
  readonly picture: (Point & Size) | null;
  readonly ports: readonly Handle[];
  /** The keys of the ports at which wires end. */
  readonly wired: ReadonlySet<string>;
}

/** As in canvas.css: the border, and the space left and right of what a row says. */
const BORDER = 1;
const SIDE = BORDER + 14;
const FIELD_RIGHT = BORDER + 10;
const WELL = 24;

/** Faces and curves of one state of a graph, made as they come into view. */
export class Faces {
  private readonly geometry: Geometry;
  private readonly made = new Map<string, Face>();
  private readonly curves = new WeakMap<Line, Path2D>();

  constructor(geometry: Geometry) {
    this.geometry = geometry;
  }

  face(id: string): Face | null {
    const found = this.made.get(id);
    if (found) return found;
    const node = this.geometry.types.scopes.nodes.get(id);
    if (!node) return null;
    const face = faceOf(this.geometry, id, node);
    this.made.set(id, face);
    return face;
  }

  /** A wire as it is near by: the same curve. */
  curve(line: Line): Path2D {
    let found = this.curves.get(line);
    if (!found) {
      found = new Path2D(curveOf(line));
      this.curves.set(line, found);
    }
    return found;
  }
}

const known = new WeakMap<Geometry, Faces>();

export function facesOf(geometry: Geometry): Faces {
  let found = known.get(geometry);
  if (!found) {
    found = new Faces(geometry);
    known.set(geometry, found);
  }
  return found;
}

function faceOf(geometry: Geometry, id: string, node: GraphNode): Face {
  const { graph } = geometry.types;
  const { rows, handles, picture, body, width } = geometry.shape(id);
  const title = titleOf(graph, id);
  const kind = node.type === "Subgraph" ? node.graph : typeWords(node.type);
  const fields = rows.filter((row) => row.widget && !isWired(node, row));
  return {
    title: title || kind,
    also: title === "" && id !== kind.toLowerCase() ? id : "",
    head: body ? MEASURES.frameHeader : MEASURES.header,
    color: colorOf(graph, id),
    folded: isCollapsed(graph, id),
    words: rows.flatMap((row) => wordsOf(row, node, width)),
    wells: fields.map((row) => wellOf(row, width)),
    picture: picture ? { ...picture, x: picture.x + BORDER, y: picture.y + BORDER } : null,
    ports: handles,
    wired: new Set(wiredAt(graph, id)),
  };
}

function isWired(node: GraphNode, { input }: Row): boolean {
  return input !== null && node.inputs.has(input);
}

function wellOf({ y, height }: Row, width: number): Point & Size {
  const low = height <= MEASURES.widget;
  const tall = low ? WELL : height - 6;
  return {
    x: SIDE,
    y: BORDER + y + (height - tall) / 2,
    width: width - SIDE - FIELD_RIGHT,
    height: tall,
  };
}

function wordsOf(row: Row, node: GraphNode, width: number): Word[] {
  const { input, output, y, height, widget } = row;
  const inner = widget && !isWired(node, row) ? 9 : 0;
  const middle = BORDER + y + Math.min(height, MEASURES.widget) / 2;
  const name = input === NEW_PORT ? "" : portWords(input ?? "");
  return [
    { text: name, x: SIDE + inner, y: middle, right: false },
    { text: portWords(output ?? ""), x: width - SIDE, y: middle, right: true },
  ].filter(({ text }) => text !== "");
}

function curveOf({ from, to, leaves, arrives, bends }: Line): string {
  const ends = {
    sourceX: from.x,
    sourceY: from.y,
    sourcePosition: leaves === "left" ? Position.Left : Position.Right,
    targetX: to.x,
    targetY: to.y,
    targetPosition: arrives === "left" ? Position.Left : Position.Right,
  };
  return wirePath(ends, bends);
}
