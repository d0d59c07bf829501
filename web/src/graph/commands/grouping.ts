/** Frames around nodes, and notes on the canvas. Both are the view's: they change no result. */

import { freshName } from "../edit.ts";
import type { Geometry } from "../geometry.ts";
import type { Graph } from "../model.ts";
import type { Frame, Note, Point, Size } from "../view.ts";
import { framesOf, notesOf, withFrame, withNote } from "../view.ts";

const PADDING = 24;
const TITLE = 32;

/** Puts a frame around nodes; those of them that stood in another frame leave it. */
export function addFrame(graph: Graph, ids: readonly string[], title: string): Graph {
  if (ids.length === 0) return graph;
  const id = freshName("frame", (name) => framesOf(graph).has(name));
  return withFrame(leaveFrames(graph, new Set(ids)), id, { title, color: "", nodes: [...ids] });
}

function leaveFrames(graph: Graph, ids: ReadonlySet<string>): Graph {
  let made = graph;
  for (const [id, frame] of framesOf(graph)) {
    const nodes = frame.nodes.filter((node) => !ids.has(node));
    if (nodes.length === frame.nodes.length) continue;
    made = withFrame(made, id, nodes.length > 0 ? { ...frame, nodes } : undefined);
  }
  return made;
}

/** Takes the frame away; its nodes stay. */
export function removeFrame(graph: Graph, id: string): Graph {
  return withFrame(graph, id, undefined);
}

export function editFrame(graph: Graph, id: string, fields: Partial<Frame>): Graph {
  const frame = framesOf(graph).get(id);
  return frame ? withFrame(graph, id, { ...frame, ...fields }) : graph;
}

/** The rectangle of a frame on the canvas; null where none of its nodes is drawn. */
export function frameBox(geometry: Geometry, frame: Frame): (Point & Size) | null {
  const { nodes } = geometry.types.scopes;
  const ids = frame.nodes.filter((id) => nodes.has(id) && geometry.visible(id));
  if (ids.length === 0) return null;
  const boxes = ids.map((id) => ({ ...geometry.absolute(id), ...geometry.shape(id) }));
  const x = Math.min(...boxes.map((box) => box.x)) - PADDING;
  const y = Math.min(...boxes.map((box) => box.y)) - PADDING - TITLE;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + PADDING;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + PADDING;
  return { x, y, width: right - x, height: bottom - y };
}

export function addNote(graph: Graph, at: Point, text: string): Graph {
  const id = freshName("note", (name) => notesOf(graph).has(name));
  const place = { x: Math.round(at.x), y: Math.round(at.y) };
  return withNote(graph, id, { ...place, width: 240, height: 120, text, color: "" });
}

export function editNote(graph: Graph, id: string, fields: Partial<Note>): Graph {
  const note = notesOf(graph).get(id);
  return note ? withNote(graph, id, { ...note, ...fields }) : graph;
}

export function removeNote(graph: Graph, id: string): Graph {
  return withNote(graph, id, undefined);
}
