/**
 * The `view` of a graph: where things are and how they look. It changes no result and no key.
 *
 * What is written by others under `view` is kept; what cannot be read counts as not there.
 * Positions are whole pixels; those of a body's nodes count from the corner of its loop's frame.
 */

import { NO_FIELDS, field, isList, isObject, objectOf, withField } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Graph } from "./model.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function added(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A coloured frame around nodes (Ctrl+G). Its rectangle follows from where its nodes are. */
export interface Frame {
  readonly title: string;
  readonly color: string;
  readonly nodes: readonly string[];
}

export interface Note extends Point, Size {
  readonly text: string;
  readonly color: string;
}

/** A field of a node's view: `kept` are typed values that a wire stands in for at present. */
export type NodeViewField =
  "x" | "y" | "width" | "collapsed" | "pinned" | "title" | "color" | "kept" | "folded" | "seed";

const section = (graph: Graph, name: string): JsonObject => {
  const found = field(graph.view, name);
  return isObject(found) ? found : NO_FIELDS;
};

function withEntry(graph: Graph, part: string, name: string, entry: Json | undefined): Graph {
  const items = withField(section(graph, part), name, entry);
  const filled = Object.keys(items).length > 0 ? items : undefined;
  return { ...graph, view: withField(graph.view, part, filled) };
}

const number = (value: Json | undefined): number | null =>
  typeof value === "number" ? value : null;
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

export function nodeField(graph: Graph, id: string, name: NodeViewField): Json | undefined {
  return field(field(section(graph, "nodes"), id), name);
}

/** The same graph with fields of one node's view set; undefined takes a field out. */
export function withNodeView(
  graph: Graph,
  id: string,
  fields: Readonly<Partial<Record<NodeViewField, Json | undefined>>>,
): Graph {
  return withNodeViews(graph, [[id, fields]]);
}

/** As `withNodeView` for many nodes at once. */
export function withNodeViews(
  graph: Graph,
  changes: Iterable<readonly [string, Readonly<Partial<Record<NodeViewField, Json | undefined>>>]>,
): Graph {
  const entries = new Map(Object.entries(section(graph, "nodes")));
  for (const [id, fields] of changes) {
    let entry: JsonObject = NO_FIELDS;
    const before = entries.get(id);
    if (isObject(before)) entry = before;
    for (const [name, value] of Object.entries(fields)) entry = withField(entry, name, value);
    if (Object.keys(entry).length > 0) entries.set(id, entry);
    else entries.delete(id);
  }
  const nodes = entries.size > 0 ? objectOf(entries) : undefined;
  return { ...graph, view: withField(graph.view, "nodes", nodes) };
}

/** Where a node's corner is, null where nobody has placed it. */
export function positionOf(graph: Graph, id: string): Point | null {
  const x = number(nodeField(graph, id, "x"));
  const y = number(nodeField(graph, id, "y"));
  return x === null || y === null ? null : { x, y };
}

export function withPositions(graph: Graph, places: Iterable<readonly [string, Point]>): Graph {
  const rounded = [...places].map(
    ([id, { x, y }]) => [id, { x: Math.round(x), y: Math.round(y) }] as const,
  );
  return withNodeViews(graph, rounded);
}

/** The width that the user has given a node, null where its type's own holds. */
export function widthOf(graph: Graph, id: string): number | null {
  return number(nodeField(graph, id, "width"));
}

export function isCollapsed(graph: Graph, id: string): boolean {
  return nodeField(graph, id, "collapsed") === true;
}

export function isPinned(graph: Graph, id: string): boolean {
  return nodeField(graph, id, "pinned") === true;
}

/** The name a person gave a node, empty where it has none. */
export function titleOf(graph: Graph, id: string): string {
  return text(nodeField(graph, id, "title"));
}

export function colorOf(graph: Graph, id: string): string {
  return text(nodeField(graph, id, "color"));
}

/** The value that was typed in before a wire came, undefined where there was none. */
export function keptValue(graph: Graph, id: string, port: string): Json | undefined {
  return field(nodeField(graph, id, "kept"), port);
}

export function withKept(graph: Graph, id: string, port: string, value: Json | undefined): Graph {
  const kept = nodeField(graph, id, "kept");
  const all = withField(isObject(kept) ? kept : NO_FIELDS, port, value);
  return withNodeView(graph, id, { kept: Object.keys(all).length > 0 ? all : undefined });
}

export function framesOf(graph: Graph): ReadonlyMap<string, Frame> {
  const frames = new Map<string, Frame>();
  for (const [id, raw] of Object.entries(section(graph, "frames"))) {
    const nodes = field(raw, "nodes");
    const ids = isList(nodes) ? nodes.filter((item) => typeof item === "string") : [];
    frames.set(id, {
      title: text(field(raw, "title")),
      color: text(field(raw, "color")),
      nodes: ids,
    });
  }
  return frames;
}

export function withFrame(graph: Graph, id: string, frame: Frame | undefined): Graph {
  const entry = frame && objectOf(Object.entries({ ...frame, nodes: [...frame.nodes] }));
  return withEntry(graph, "frames", id, entry);
}

export function notesOf(graph: Graph): ReadonlyMap<string, Note> {
  const notes = new Map<string, Note>();
  for (const [id, raw] of Object.entries(section(graph, "notes"))) {
    const at = (name: string, other: number): number => number(field(raw, name)) ?? other;
    notes.set(id, {
      x: at("x", 0),
      y: at("y", 0),
      width: at("width", 240),
      height: at("height", 120),
      text: text(field(raw, "text")),
      color: text(field(raw, "color")),
    });
  }
  return notes;
}

export function withNote(graph: Graph, id: string, note: Note | undefined): Graph {
  return withEntry(graph, "notes", id, note && objectOf(Object.entries(note)));
}

/** The bend points of wires (reroutes), by the wire's key (`wires.ts`). */
export function bendsOf(graph: Graph): ReadonlyMap<string, readonly Point[]> {
  const bends = new Map<string, readonly Point[]>();
  for (const [key, raw] of Object.entries(section(graph, "bends"))) {
    const points = (isList(raw) ? raw : []).flatMap((item) => {
      const x = number(field(item, "x"));
      const y = number(field(item, "y"));
      return x === null || y === null ? [] : [{ x, y }];
    });
    if (points.length > 0) bends.set(key, points);
  }
  return bends;
}

export function withBends(graph: Graph, key: string, points: readonly Point[]): Graph {
  const entry = points.map(({ x, y }) =>
    objectOf([
      ["x", Math.round(x)],
      ["y", Math.round(y)],
    ]),
  );
  return withEntry(graph, "bends", key, entry.length > 0 ? entry : undefined);
}

/** Fields of a node's view that have an entry for each port. */
const OF_PORTS = ["kept", "seed"] as const;

/** What the view says of a port and of the wires to it, under another name. No id: a public output. */
export function withViewPort(graph: Graph, id: string, from: string, to: string): Graph {
  const fields = OF_PORTS.flatMap((name) => {
    const entries = nodeField(graph, id, name);
    if (!isObject(entries)) return [];
    const value = field(entries, from);
    return [[name, withField(withField(entries, from, undefined), to, value)] as const];
  });
  const made = withNodeView(graph, id, Object.fromEntries(fields));
  const bends = Object.entries(section(graph, "bends")).map(([key, points]) => {
    const [node = "", kind = "", port = "", ...rest] = key.split(".");
    const moved = node === id && port === from;
    return [moved ? [node, kind, to, ...rest].join(".") : key, points] as const;
  });
  const bent = bends.length > 0 ? objectOf(bends) : undefined;
  return { ...made, view: withField(made.view, "bends", bent) };
}

/** The view with every node id put through `rename`; null forgets what is known of the node. */
export function withViewIds(graph: Graph, rename: (id: string) => string | null): Graph {
  let made = graph;
  const nodes = Object.entries(section(graph, "nodes")).flatMap(([id, entry]) => {
    const name = rename(id);
    return name === null ? [] : [[name, entry] as const];
  });
  const view = withField(graph.view, "nodes", nodes.length > 0 ? objectOf(nodes) : undefined);
  made = { ...made, view };
  for (const [id, frame] of framesOf(graph)) {
    const members = frame.nodes.flatMap((member) => rename(member) ?? []);
    made = withFrame(made, id, members.length > 0 ? { ...frame, nodes: members } : undefined);
  }
  const bends = Object.entries(section(graph, "bends")).flatMap(([key, points]) => {
    const [id = "", ...rest] = key.split(".");
    const name = id === "" ? id : rename(id);
    return name === null ? [] : [[[name, ...rest].join("."), points] as const];
  });
  const bent = bends.length > 0 ? objectOf(bends) : undefined;
  return { ...made, view: withField(made.view, "bends", bent) };
}

const OF_NODES = ["nodes", "frames", "bends"] as const;

/** What the view says of some nodes, as a view of its own: notes and the like stay behind. */
export function viewOfNodes(graph: Graph, ids: ReadonlySet<string>): JsonObject {
  const { view } = withViewIds(graph, (id) => (ids.has(id) ? id : null));
  return objectOf(Object.entries(view).filter(([name]) => OF_NODES.some((part) => part === name)));
}

/** The graph with what another view says of nodes; frames of one name are joined. */
export function withMergedView(graph: Graph, view: JsonObject): Graph {
  const other = { ...graph, view };
  let made = graph;
  for (const part of ["nodes", "bends"]) {
    const items = objectOf([
      ...Object.entries(section(made, part)),
      ...Object.entries(section(other, part)),
    ]);
    if (Object.keys(items).length > 0) made = { ...made, view: withField(made.view, part, items) };
  }
  for (const [id, frame] of framesOf(other)) {
    const known = framesOf(made).get(id);
    const nodes = [...new Set([...(known?.nodes ?? []), ...frame.nodes])];
    made = withFrame(made, id, { ...(known ?? frame), nodes });
  }
  return made;
}
