/** Cycles among the nodes of each body, with the path that closes them. */

import { problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { splitWire, wireList } from "./model.ts";
import type { GraphNode } from "./model.ts";
import type { Scopes } from "./scopes.ts";

/** For each node those of the same body that read it, themselves or from within. */
export type Readers = ReadonlyMap<string, ReadonlySet<string>>;

const known = new WeakMap<Scopes, Readers>();

export function readersOf(scopes: Scopes): Readers {
  let found = known.get(scopes);
  if (!found) {
    found = makeReaders(scopes);
    known.set(scopes, found);
  }
  return found;
}

function makeReaders(scopes: Scopes): Readers {
  const readers = new Map<string, Set<string>>();
  const add = (reader: string, wire: string): void => {
    const [source, port] = splitWire(wire);
    const home = scopes.scope.get(source);
    const lifted = home === undefined || port === "" ? null : scopes.lifted(reader, home);
    if (lifted === null || (lifted === source && lifted !== reader)) return;
    const set = readers.get(source) ?? new Set();
    readers.set(source, set.add(lifted));
  };
  for (const [id, node] of scopes.nodes) {
    for (const wire of node.inputs.values()) for (const one of wireList(wire)) add(id, one);
    for (const one of fromBody(node)) {
      const [source] = splitWire(one);
      if (source !== id && scopes.scope.get(source) !== id) add(id, one);
    }
  }
  return readers;
}

/** The wires that a loop reads in its body, which may come from around it as well. */
function fromBody(node: GraphNode): readonly string[] {
  if (!node.body) return [];
  const carried = node.type === "Repeat" ? [...node.next.values(), node.show] : [];
  return [...carried, ...node.collect.values()];
}

/** The ids on a shortest way along readers, both ends included; null where there is none. */
export function wayBetween(readers: Readers, from: string, to: string): readonly string[] | null {
  if (from === to) return [from];
  const came = new Map<string, string>();
  const waiting = [from];
  for (const node of waiting) {
    for (const reader of readers.get(node) ?? []) {
      if (reader === to) return [...back(came, from, node), to];
      if (reader === from || came.has(reader)) continue;
      came.set(reader, node);
      waiting.push(reader);
    }
  }
  return null;
}

function back(came: ReadonlyMap<string, string>, from: string, last: string): string[] {
  const path = [last];
  for (let node = last; node !== from;) {
    node = came.get(node) ?? from;
    path.push(node);
  }
  return path.reverse();
}

const turned = new WeakMap<Readers, Readers>();

/** For each node those of the same body that it reads. */
function reversed(readers: Readers): Readers {
  let found = turned.get(readers);
  if (!found) {
    const made = new Map<string, Set<string>>();
    for (const [source, all] of readers) {
      for (const reader of all) made.set(reader, (made.get(reader) ?? new Set()).add(source));
    }
    found = made;
    turned.set(readers, found);
  }
  return found;
}

/** Everything that a node reads, directly or through others of its body; itself left out. */
export function requirements(readers: Readers, start: string): ReadonlySet<string> {
  return dependents(reversed(readers), start);
}

/** Everything that reads a node, directly or through others of its body; itself left out. */
export function dependents(readers: Readers, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [start];
  for (const node of waiting) {
    for (const reader of readers.get(node) ?? []) {
      if (found.has(reader)) continue;
      found.add(reader);
      waiting.push(reader);
    }
  }
  return found;
}

/**
 * One problem a knot of nodes that all need each other, with a shortest way around it.
 *
 * The way begins at the node that comes first in the file.
 */
export function cycles(scopes: Scopes): Problem[] {
  const readers = readersOf(scopes);
  const order = new Map([...scopes.nodes.keys()].map((id, place) => [id, place]));
  const place = (id: string | undefined): number => order.get(id ?? "") ?? -1;
  const found = knots(readers)
    .map((part) => part.sort((one, other) => place(one) - place(other)))
    .sort((one, other) => place(one[0]) - place(other[0]));
  return found.map(([first = ""]) => {
    const path = around(first, readers).join(" -> ");
    const fix = "Cut one of these wires, or carry the value through a Repeat.";
    return problem("cycle", `The wires go in a circle: ${path}.`, first, "", fix);
  });
}

function around(start: string, readers: Readers): readonly string[] {
  const ways = [...(readers.get(start) ?? [])].flatMap((next) => {
    const way = wayBetween(readers, next, start);
    return way ? [way] : [];
  });
  const shortest = ways.reduce(
    (best, way) => (way.length < best.length ? way : best),
    ways[0] ?? [],
  );
  return [start, ...shortest];
}

/** The strongly connected parts that hold a cycle (Tarjan's way, on a stack of its own). */
function knots(readers: Readers): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  const lower = (id: string, value: number): void => {
    low.set(id, Math.min(low.get(id) ?? value, value));
  };
  const open = (id: string): [string, Iterator<string>] => {
    index.set(id, index.size);
    lower(id, index.size - 1);
    stack.push(id);
    onStack.add(id);
    return [id, (readers.get(id) ?? new Set<string>()).values()];
  };
  for (const start of readers.keys()) {
    if (index.has(start)) continue;
    const work = [open(start)];
    for (let top = work.at(-1); top; top = work.at(-1)) {
      const [id, rest] = top;
      const step = rest.next();
      if (!step.done) {
        if (!index.has(step.value)) work.push(open(step.value));
        else if (onStack.has(step.value)) lower(id, index.get(step.value) ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) lower(parent[0], low.get(id) ?? 0);
      if (low.get(id) !== index.get(id)) continue;
      const part = stack.splice(stack.lastIndexOf(id));
      for (const member of part) onStack.delete(member);
      if (part.length > 1 || readers.get(id)?.has(id)) found.push(part);
    }
  }
  return found;
}
