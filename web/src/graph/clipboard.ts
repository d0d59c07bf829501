/** Nodes as text that another tab, browser or person can paste: plain JSON in the file's format. */

import { cutWires } from "./commands/cutting.ts";
import { withBodies } from "./commands/nodes.ts";
import { editBody, editNodes, freshName, graphAt, withEntry } from "./edit.ts";
import { namesApart, withRenamedNodes } from "./renaming.ts";
import { isObject, withField } from "./json.ts";
import { decode } from "./jsontext.ts";
import type { Graph, Nodes } from "./model.ts";
import { makeGraph, splitWire } from "./model.ts";
import { fromJson } from "./parse.ts";
import { scopesOf } from "./scopes.ts";
import { serialize, toJson } from "./serialize.ts";
import type { Point } from "./view.ts";
import {
  framesOf,
  positionOf,
  viewOfNodes,
  withFrame,
  withMergedView,
  withPositions,
} from "./view.ts";

/** The type under which nodes are put on the clipboard, beside plain text. */
export const CLIP_TYPE = "application/x-latentgraph";
const MARK = "latentgraph";

/** A clip: nodes with their view, and the definitions they use. */
export type Clip = Graph;

/** The nodes of one graph as a clip; wires from elsewhere are kept until they are pasted. */
export function clipOf(document: Graph, place: string, ids: Iterable<string>): Clip {
  const graph = graphAt(document, place) ?? document;
  const chosen = new Set(ids);
  const all = withBodies(graph, chosen);
  const scopes = scopesOf(graph);
  const inLoop = (id: string): boolean =>
    scopes.enclosing(scopes.home(id)).some((loop) => chosen.has(loop));
  const picked = [...scopes.nodes].filter(([id]) => chosen.has(id) && !inLoop(id));
  const view = viewOfNodes(graph, all);
  const nodes = new Map(picked);
  return makeGraph({ nodes, view, definitions: usedDefinitions(document, nodes) });
}

/** The definitions that nodes use, directly or through others. */
export function usedDefinitions(document: Graph, nodes: Nodes): ReadonlyMap<string, Graph> {
  const found = new Map<string, Graph>();
  const waiting: Nodes[] = [nodes];
  for (const some of waiting) {
    for (const { graph } of scopesOf(makeGraph({ nodes: some })).nodes.values()) {
      const part = graph === "" ? undefined : document.definitions.get(graph);
      if (!part || found.has(graph)) continue;
      found.set(graph, part);
      waiting.push(part.nodes);
    }
  }
  return found;
}

export function clipToText(clip: Clip): string {
  const raw = toJson(clip);
  return `${JSON.stringify({ [MARK]: "nodes", ...(isObject(raw) ? raw : {}) }, null, 2)}\n`;
}

/** Reads what `clipToText` wrote, here or elsewhere; null for any other text. */
export function clipFromText(text: string): Clip | null {
  const raw = decode(text, []);
  if (!isObject(raw) || raw[MARK] !== "nodes") return null;
  return fromJson(withField(raw, MARK, undefined)).graph;
}

export interface Pasting {
  /** The body it goes into; the top where empty. */
  readonly scope: string;
  /** Where the upper left corner comes to stand; absent: where it was, moved a little. */
  readonly at?: Point;
  /** Whether wires from nodes that are not copied stay, where they can be seen. */
  readonly keepIncoming: boolean;
}

export interface Pasted {
  readonly document: Graph;
  /** The new nodes, without those in bodies of others. */
  readonly ids: readonly string[];
}

/** Puts a clip into a graph: ids that are taken get new ones, and so do definitions. */
export function paste(document: Graph, place: string, clip: Clip, pasting: Pasting): Pasted {
  const [carried, definitions] = takeDefinitions(document, clip);
  const base = { ...document, definitions };
  const graph = graphAt(base, place);
  if (!graph) return { document, ids: [] };
  const { nodes } = scopesOf(graph);
  const names = namesApart(carried, (id) => nodes.has(id), freshName);
  const renamed = withRenamedNodes(carried, names);
  const sighted = cutWires(renamed, (wire, _, scope) => {
    const [id] = splitWire(wire);
    if (scopesOf(renamed).nodes.has(id)) return isHidden(renamed, wire, scope);
    return !pasting.keepIncoming || isHidden(graph, wire, pasting.scope);
  });
  const placed = movedTo(sighted, pasting.at);
  const made = merged(graph, placed, pasting.scope);
  const after = place === "" ? made : { ...base, definitions: withEntry(definitions, place, made) };
  return { document: after, ids: [...placed.nodes.keys()] };
}

/** Whether a wire means nothing to a reader in `scope`. */
function isHidden(graph: Graph, wire: string, scope: string): boolean {
  return "code" in scopesOf(graph).resolve(wire, scope);
}

/** The clip with its definitions under names that mean the same in the document. */
function takeDefinitions(
  document: Graph,
  clip: Clip,
): readonly [Graph, ReadonlyMap<string, Graph>] {
  const names = new Map<string, string>();
  for (const [name, part] of clip.definitions) {
    const known = document.definitions.get(name);
    const same = known !== undefined && serialize(known) === serialize(part);
    const taken = (other: string): boolean =>
      document.definitions.has(other) || [...names.values()].includes(other);
    names.set(name, known === undefined || same ? name : freshName(name, taken));
  }
  const rename = (graph: Graph): Graph =>
    editNodes(graph, (node) => {
      const name = names.get(node.graph);
      return name === undefined || name === node.graph ? node : { ...node, graph: name };
    });
  const definitions = new Map(document.definitions);
  for (const [name, part] of clip.definitions) {
    const other = names.get(name) ?? name;
    if (!definitions.has(other)) definitions.set(other, rename(part));
  }
  return [rename(clip), definitions];
}

const STEP = 32;

function movedTo(clip: Graph, at: Point | undefined): Graph {
  const places = [...clip.nodes.keys()].flatMap((id) => {
    const place = positionOf(clip, id);
    return place ? [[id, place] as const] : [];
  });
  const left = Math.min(...places.map(([, { x }]) => x));
  const top = Math.min(...places.map(([, { y }]) => y));
  const by = at ? { x: at.x - left, y: at.y - top } : { x: STEP, y: STEP };
  return withPositions(
    clip,
    places.map(([id, { x, y }]) => [id, { x: x + by.x, y: y + by.y }] as const),
  );
}

/** The graph with the clip's nodes at the end of a body, and what the view says of them. */
function merged(graph: Graph, clip: Graph, scope: string): Graph {
  const made = editBody(graph, scope, (nodes) => new Map([...nodes, ...clip.nodes]));
  return withMergedView(made, withFreshFrames(graph, clip).view);
}

/** The clip with frames that are its own: a copy of a framed node gets a frame beside the first. */
function withFreshFrames(graph: Graph, clip: Graph): Graph {
  const known = framesOf(graph);
  let made = clip;
  for (const [name, frame] of framesOf(clip)) {
    const fresh = freshName(
      name,
      (other) => known.has(other) || (other !== name && framesOf(made).has(other)),
    );
    if (fresh !== name) made = withFrame(withFrame(made, name, undefined), fresh, frame);
  }
  return made;
}

/** Copies nodes within their graph, into the body they stand in (Ctrl+D, Ctrl+Shift+D). */
export function duplicate(
  document: Graph,
  place: string,
  ids: readonly string[],
  keepIncoming: boolean,
): Pasted {
  const graph = graphAt(document, place);
  const scope = graph ? scopesOf(graph).home(ids[0] ?? "") : "";
  return paste(document, place, clipOf(document, place, ids), { scope, keepIncoming });
}
