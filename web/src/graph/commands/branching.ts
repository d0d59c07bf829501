/**
 * "Branch from step k": another value from one turn of a Repeat on.
 *
 * The file shows what it does. A number is a `From(index, at, before, after)`; anything else a
 * Switch on `index >= at`. The turns before keep their keys, so only the tail runs again. A public
 * input that set the port sets what holds before the turn.
 */

import { editNode, freshId, withEntry } from "../edit.ts";
import type { Json } from "../json.ts";
import type { Graph, Wire } from "../model.ts";
import type { PortTypes } from "../porttypes.ts";
import { scopesOf } from "../scopes.ts";
import type { Point } from "../view.ts";
import { geometryOf } from "../geometry.ts";
import { MEASURES } from "../measures.ts";
import { addNode } from "./nodes.ts";
import { moveNodes } from "./moving.ts";
import type { Outcome } from "./loops.ts";

/** What one input of a node in the loop is to be from a turn on: a typed value or a wire. */
export interface Branch {
  readonly loop: string;
  readonly node: string;
  readonly port: string;
  /** The first turn, from 0, that gets the new value. */
  readonly at: number;
  readonly after: { readonly value: Json } | { readonly wire: string };
}

/** Puts the change into the body of the loop. Nodes it makes stand below the others. */
export function branchFrom(graph: Graph, types: PortTypes, branch: Branch): Outcome {
  const scopes = scopesOf(graph);
  const { loop, node: id, port } = branch;
  const node = scopes.nodes.get(id);
  if (!node || scopes.nodes.get(loop)?.type !== "Repeat") {
    return { refusal: `There is no node '${id}' in a Repeat '${loop}'.` };
  }
  if (!scopes.enclosing(scopes.home(id)).includes(loop)) {
    return {
      refusal: `'${id}' does not stand in '${loop}': what is outside is the same in every turn.`,
    };
  }
  const input = types.target(`${id}.${port}`);
  if (!input || input.many) return { refusal: `'${id}' has no single input '${port}'.` };
  const wire = node.inputs.get(port);
  const before =
    typeof wire === "string" ? { wire } : { value: node.params.get(port) ?? input.default };
  const isNumber =
    input.type === "float" && [before, branch.after].every((one) => mayBeNumber(one));
  const made = isNumber ? withFrom(graph, branch, before) : withSwitch(graph, branch, before);
  if ("refusal" in made) return made;
  const faced = withFace(
    made.graph,
    types.public.get(`${id}.${port}`),
    `${id}.${port}`,
    made.before,
  );
  return { graph: placed(faced, types, branch, made.ids), cut: [] };
}

type Given = { readonly value: Json } | { readonly wire: string };
/** `before` is the port that now holds what `port` had. */
type Made =
  | { readonly graph: Graph; readonly ids: readonly string[]; readonly before: string }
  | { readonly refusal: string };

function mayBeNumber(given: Given): boolean {
  return "wire" in given || typeof given.value === "number";
}

/** Values as params and wires as inputs, by the name of the port. */
function given(items: Readonly<Record<string, Given>>): {
  readonly params: ReadonlyMap<string, Json>;
  readonly inputs: ReadonlyMap<string, Wire>;
} {
  const params = new Map<string, Json>();
  const inputs = new Map<string, Wire>();
  for (const [name, item] of Object.entries(items)) {
    if ("wire" in item) inputs.set(name, item.wire);
    else params.set(name, item.value);
  }
  return { params, inputs };
}

function withFrom(graph: Graph, branch: Branch, before: Given): Made {
  const id = freshId(graph, `${branch.port}_from`);
  const index = { wire: `${branch.loop}.index` };
  const at = { value: branch.at };
  const scope = scopesOf(graph).home(branch.node);
  const made = addNode(graph, {
    id,
    type: "From",
    scope,
    ...given({ index, at, before, after: branch.after }),
  });
  return { graph: wiredTo(made, branch, `${id}.value`), ids: [id], before: `${id}.before` };
}

function withSwitch(graph: Graph, branch: Branch, before: Given): Made {
  const plain = [before, branch.after].flatMap((one) => ("value" in one ? [one.value] : []));
  if (plain.some((value) => value === null)) {
    const message = `'${branch.port}' has no value yet: type one in first, so that both are known.`;
    return { refusal: message };
  }
  const late = freshId(graph, "late");
  const id = freshId(graph, `${branch.port}_from`, new Set([late]));
  const scope = scopesOf(graph).home(branch.node);
  const compare = addNode(graph, {
    id: late,
    type: "Compare",
    scope,
    ...given({ a: { wire: `${branch.loop}.index` }, b: { value: branch.at }, op: { value: ">=" } }),
  });
  const made = addNode(compare, {
    id,
    type: "Switch",
    scope,
    ...given({ on: { wire: `${late}.value` }, true: branch.after, false: before }),
  });
  return { graph: wiredTo(made, branch, `${id}.value`), ids: [late, id], before: `${id}.false` };
}

/** The public input `name` with one target exchanged for another; as it is where there is none. */
function withFace(graph: Graph, name: string | undefined, from: string, to: string): Graph {
  const input = name === undefined ? undefined : graph.inputs.get(name);
  if (name === undefined || !input) return graph;
  const moved = { ...input, to: input.to.map((target) => (target === from ? to : target)) };
  return { ...graph, inputs: new Map([...graph.inputs, [name, moved]]) };
}

function wiredTo(graph: Graph, branch: Branch, wire: string): Graph {
  return editNode(graph, branch.node, (node) => ({
    ...node,
    params: withEntry(node.params, branch.port, undefined),
    inputs: withEntry(node.inputs, branch.port, wire),
  }));
}

const GAP = 40;

function placed(graph: Graph, types: PortTypes, branch: Branch, ids: readonly string[]): Graph {
  const geometry = geometryOf(types);
  const home = types.scopes.home(branch.node);
  const beside = [...types.scopes.nodes.keys()].filter((id) => types.scopes.home(id) === home);
  // Below all that stands in the body: left of the node there is hardly ever room.
  const low = Math.max(...beside.map((id) => geometry.place(id).y + geometry.shape(id).height));
  const left = Math.min(...beside.map((id) => geometry.place(id).x));
  const right = geometry.place(branch.node).x - ids.length * (MEASURES.width + GAP);
  const from = Math.max(left, right);
  const places = ids.map((id, at): [string, Point] => {
    return [id, { x: from + at * (MEASURES.width + GAP), y: low + GAP }];
  });
  return moveNodes(graph, new Map(places));
}
