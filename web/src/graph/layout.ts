/**
 * A layered layout: left to right along the wires, bodies laid out inside their frames first; what
 * has no wire at all stands in a grid below.
 *
 * Layers by longest path, order in a layer by the mean place of neighbours, heights from geometry.
 */

import type { Catalogue } from "./catalogue.ts";
import { editAt } from "./edit.ts";
import { BODY_CORNER } from "./measures.ts";
import { Geometry } from "./geometry.ts";
import { splitWire } from "./model.ts";
import type { Graph, GraphNode } from "./model.ts";
import { PortTypes, typesOf } from "./porttypes.ts";
import { scopesOf } from "./scopes.ts";
import type { Scopes } from "./scopes.ts";
import { positionOf, withPositions } from "./view.ts";
import type { Point, Size } from "./view.ts";
import { scopeOfTarget, wiresOf } from "./wires.ts";

const GAP = { x: 72, y: 28 } as const;
/** Between what is wired and what is not. */
const APART = 96;
/** The width of a grid by its height: about that of a window. */
const BROAD = 1.6;
const SWEEPS = 4;

/** The positions of all nodes, or of `only` those (of one body), around where they stand. */
export function layout(types: PortTypes, only?: ReadonlySet<string>): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>();
  const edges = edgesByBody(types);
  const wired = wiredNodes(types.graph);
  let graph = types.graph;
  for (const scope of bodiesInsideOut(types.scopes)) {
    const ids = membersOf(types.scopes, scope).filter((id) => only?.has(id) ?? true);
    if (ids.length === 0) continue;
    // Frames are as large as what has just been placed in them.
    const geometry = new Geometry(new PortTypes(graph, types.catalogue, types.parts));
    const sizes = new Map(ids.map((id) => [id, geometry.shape(id)]));
    const inOrder = ids.filter((id) => wired.has(id));
    const made = layered(
      inOrder,
      edges.get(scope) ?? new Map<string, ReadonlySet<string>>(),
      sizes,
    );
    const loose = ids.filter((id) => !wired.has(id));
    for (const [id, place] of gridBelow(made, loose, sizes)) made.set(id, place);
    const corner = only ? cornerOf(graph, ids) : scope === "" ? { x: 0, y: 0 } : BODY_CORNER;
    const placed = [...made].map(
      ([id, { x, y }]) => [id, { x: x + corner.x, y: y + corner.y }] as const,
    );
    for (const [id, place] of placed) places.set(id, place);
    if (scope !== "") graph = withPositions(graph, placed);
  }
  return places;
}

/** A document with every node placed that nobody has placed yet, definitions included. */
export function placeAll(document: Graph, catalogue: Catalogue): Graph {
  let made = document;
  for (const place of ["", ...document.definitions.keys()]) {
    const types = typesOf(made, catalogue, place);
    const missing = [...types.scopes.nodes.keys()].filter((id) => !positionOf(types.graph, id));
    if (missing.length === 0) continue;
    const bodies = new Set(missing.map((id) => types.scopes.home(id)));
    const found = layout(types);
    // A body with a node nobody placed is laid out as a whole, unless a person placed most of it.
    const places = [...found].filter(([id]) => {
      const scope = types.scopes.home(id);
      return bodies.has(scope) && (missing.includes(id) || mostlyUnplaced(types, scope));
    });
    made = editAt(made, place, (graph) => withPositions(graph, places));
  }
  return made;
}

function mostlyUnplaced(types: PortTypes, scope: string): boolean {
  const ids = membersOf(types.scopes, scope);
  return ids.filter((id) => positionOf(types.graph, id)).length * 2 < ids.length;
}

function membersOf(scopes: Scopes, scope: string): readonly string[] {
  return [...scopes.scope].flatMap(([id, home]) => (home === scope ? [id] : []));
}

/** Every body before the one around it, the top last. */
function bodiesInsideOut(scopes: Scopes): readonly string[] {
  const loops = [...scopes.nodes].flatMap(([id, node]: [string, GraphNode]) =>
    node.body ? [id] : [],
  );
  return ["", ...loops].reverse();
}

function cornerOf(graph: Graph, ids: readonly string[]): Point {
  const places = ids.flatMap((id) => positionOf(graph, id) ?? []);
  if (places.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.min(...places.map(({ x }) => x)),
    y: Math.min(...places.map(({ y }) => y)),
  };
}

/** The nodes at which any wire begins or ends, an output of the graph among them. */
function wiredNodes(graph: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { source, target } of wiresOf(graph)) {
    found.add(splitWire(source)[0]);
    if (target.kind !== "output") found.add(target.node);
  }
  return found;
}

/** Columns of one width below what is placed; each node in turn where it comes highest. */
function gridBelow(
  placed: ReadonlyMap<string, Point>,
  ids: readonly string[],
  sizes: ReadonlyMap<string, Size>,
): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>();
  if (ids.length === 0) return places;
  const sizeOf = (id: string): Size => sizes.get(id) ?? { width: 0, height: 0 };
  let [right, top] = [0, 0];
  for (const [id, { x, y }] of placed) {
    right = Math.max(right, x + sizeOf(id).width);
    top = Math.max(top, y + sizeOf(id).height + APART);
  }
  const column = Math.max(...ids.map((id) => sizeOf(id).width)) + GAP.x;
  const heights = ids.reduce((sum, id) => sum + sizeOf(id).height + GAP.y, 0);
  // As broad as a window, or as what stands above it.
  const broad = Math.max(right, Math.sqrt(BROAD * column * heights));
  const floors = Array.from({ length: Math.max(1, Math.round(broad / column)) }, () => top);
  for (const id of ids) {
    const y = Math.min(...floors);
    const at = floors.indexOf(y);
    places.set(id, { x: at * column, y: Math.round(y) });
    floors[at] = y + sizeOf(id).height + GAP.y;
  }
  return places;
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/** For each body the wires between its nodes, those from within inner bodies lifted to it. */
function edgesByBody(types: PortTypes): ReadonlyMap<string, Edges> {
  const { graph } = types;
  const scopes = scopesOf(graph);
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { source, target } of wiresOf(graph)) {
    const [from] = splitWire(source);
    const home = scopes.scope.get(from);
    if (home === undefined || target.kind === "output") continue;
    const scope = scopeOfTarget(graph, target);
    if (
      scopes.enclosing(scope).includes(from) ||
      (target.kind !== "input" && home === target.node)
    ) {
      continue;
    }
    const to = scopes.lifted(target.node, home);
    if (to === null || to === from) continue;
    const edges = found.get(home) ?? new Map<string, Set<string>>();
    found.set(home, edges.set(from, (edges.get(from) ?? new Set<string>()).add(to)));
  }
  return found;
}

function layered(
  ids: readonly string[],
  edges: Edges,
  sizes: ReadonlyMap<string, Size>,
): Map<string, Point> {
  const layers = ordered(layersOf(ids, edges), edges);
  const places = new Map<string, Point>();
  const into = reversed(edges);
  let x = 0;
  for (const layer of layers) {
    const widest = Math.max(0, ...layer.map((id) => sizes.get(id)?.width ?? 0));
    let floor = -Infinity;
    for (const id of layer) {
      const size = sizes.get(id) ?? { width: 0, height: 0 };
      const wanted = middleOf([...(into.get(id) ?? [])], places, sizes) - size.height / 2;
      const y = Math.max(floor, Number.isFinite(wanted) ? wanted : Math.max(0, floor));
      places.set(id, { x, y });
      floor = y + size.height + GAP.y;
    }
    centre(layer, places, sizes, into);
    x += widest + GAP.x;
  }
  return fromOrigin(places);
}

/** The mean middle of nodes already placed; not a number where there is none. */
function middleOf(
  ids: readonly string[],
  places: ReadonlyMap<string, Point>,
  sizes: ReadonlyMap<string, Size>,
): number {
  const middles = ids.flatMap((id) => {
    const place = places.get(id);
    return place ? [place.y + (sizes.get(id)?.height ?? 0) / 2] : [];
  });
  return middles.length > 0 ? middles.reduce((sum, y) => sum + y, 0) / middles.length : NaN;
}

/** Moves a whole layer so that it is pushed down no further than it must be. */
function centre(
  layer: readonly string[],
  places: Map<string, Point>,
  sizes: ReadonlyMap<string, Size>,
  into: Edges,
): void {
  const offs = layer.flatMap((id) => {
    const wanted = middleOf([...(into.get(id) ?? [])], places, sizes);
    const y = (places.get(id)?.y ?? 0) + (sizes.get(id)?.height ?? 0) / 2;
    return Number.isFinite(wanted) ? [y - wanted] : [];
  });
  if (offs.length === 0) return;
  const mean = offs.reduce((sum, off) => sum + off, 0) / offs.length;
  for (const id of layer) {
    const place = places.get(id);
    if (place) places.set(id, { x: place.x, y: place.y - mean });
  }
}

function fromOrigin(places: ReadonlyMap<string, Point>): Map<string, Point> {
  const top = Math.min(...[...places.values()].map(({ y }) => y));
  return new Map([...places].map(([id, { x, y }]) => [id, { x, y: Math.round(y - top) }]));
}

/** Longest-path layers; what feeds only later layers is pulled next to its first reader. */
function layersOf(ids: readonly string[], edges: Edges): string[][] {
  const layer = new Map<string, number>();
  const order = topological(ids, edges);
  for (const id of order) {
    const own = layer.get(id) ?? 0;
    layer.set(id, own);
    for (const to of edges.get(id) ?? []) layer.set(to, Math.max(layer.get(to) ?? 0, own + 1));
  }
  const into = reversed(edges);
  for (const id of [...order].reverse()) {
    const readers = [...(edges.get(id) ?? [])].map((to) => layer.get(to) ?? 0);
    if (readers.length > 0 && !into.has(id)) layer.set(id, Math.min(...readers) - 1);
  }
  const layers: string[][] = [];
  for (const id of ids) (layers[Math.max(0, layer.get(id) ?? 0)] ??= []).push(id);
  return Array.from(layers, (found: string[] | undefined) => found ?? []);
}

/** Sources before readers; a node on a cycle comes where it is met. */
function topological(ids: readonly string[], edges: Edges): readonly string[] {
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const from of ids) {
    for (const to of edges.get(from) ?? []) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const order: string[] = [];
  const done = new Set<string>();
  const free = ids.filter((id) => waiting.get(id) === 0);
  const follow = (): void => {
    for (let id = free.shift(); id !== undefined; id = free.shift()) {
      if (done.has(id)) continue;
      done.add(id);
      order.push(id);
      for (const to of edges.get(id) ?? []) {
        const left = (waiting.get(to) ?? 0) - 1;
        waiting.set(to, left);
        if (left === 0) free.push(to);
      }
    }
  };
  follow();
  for (const id of ids) {
    if (done.has(id)) continue;
    free.push(id);
    follow();
  }
  return order;
}

function reversed(edges: Edges): Edges {
  const into = new Map<string, Set<string>>();
  for (const [from, all] of edges) {
    for (const to of all) into.set(to, (into.get(to) ?? new Set<string>()).add(from));
  }
  return into;
}

/** Each layer ordered by where its neighbours stand, back and forth a few times. */
function ordered(layers: readonly string[][], edges: Edges): readonly (readonly string[])[] {
  const into = reversed(edges);
  const made = layers.map((layer) => [...layer]);
  const rank = new Map<string, number>();
  const number = (layer: readonly string[]): void => {
    layer.forEach((id, at) => rank.set(id, at / Math.max(1, layer.length)));
  };
  made.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (const layer of forth ? made : [...made].reverse()) {
      const keys = new Map(
        layer.map((id) => [id, meanRank((forth ? into : edges).get(id), rank, id)]),
      );
      layer.sort((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
      number(layer);
    }
  }
  return made;
}

function meanRank(
  ids: ReadonlySet<string> | undefined,
  rank: ReadonlyMap<string, number>,
  self: string,
): number {
  if (!ids || ids.size === 0) return rank.get(self) ?? 0;
  let sum = 0;
  for (const id of ids) sum += rank.get(id) ?? 0;
  return sum / ids.size;
}
