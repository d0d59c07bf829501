/**
 * How types flow through Repeat, Map, Switch and Subgraph.
 *
 * A stack of generators, each waiting for the one above it: not plain calls, since ten thousand
 * Switches in a row are a valid graph.
 */

import { sequenceOf } from "./catalogue.ts";
import { STRUCTURAL, wireList } from "./model.ts";
import type { GraphNode } from "./model.ts";
import type { PortTypes } from "./porttypes.ts";
import { isProblem } from "./scopes.ts";
import type { Source } from "./scopes.ts";
import { FLOAT, INT, NOTHING_KNOWN, commonType, listed, typedIn } from "./types.ts";
import type { Case, OutType } from "./types.ts";

/** Yields a port whose type it needs, is sent that type, and returns the type asked for. */
type Deriving<T = OutType | null> = Generator<Source, T, OutType>;

function keyOf(source: Source): string {
  return `${source.side} ${source.node}.${source.port}`;
}

export class TypeFlow {
  private readonly types: PortTypes;
  private readonly open = new Set<string>();
  private readonly known = new Map<string, OutType | null>();
  private items: Map<string, OutType> | null = null;
  private floats: Set<string> | null = null;

  constructor(types: PortTypes) {
    this.types = types;
  }

  /** The type of a structural node's output, null where it has none of that name. */
  of(source: Source): OutType | null {
    const key = keyOf(source);
    if (!this.known.has(key)) {
      if (this.open.has(key)) return NOTHING_KNOWN;
      this.derive(source);
    }
    return this.known.get(key) ?? null;
  }

  /** What the items of an open `over` must be: the type of the first port that reads one. */
  itemByUse(id: string): OutType {
    this.items ??= this.itemsByUse();
    return this.items.get(`${id}.item`) ?? INT;
  }

  private itemsByUse(): Map<string, OutType> {
    const items = new Map<string, OutType>();
    for (const node of this.types.scopes.nodes.values()) {
      const declaration = this.types.catalogue.declarations.get(node.type);
      for (const [name, wire] of node.inputs) {
        const port = declaration?.inputs.get(name);
        const kind = port ? { name: port.type, plain: port.plain } : NOTHING_KNOWN;
        for (const one of wireList(wire)) {
          if (one.endsWith(".item") && !items.has(one)) items.set(one, kind);
        }
      }
    }
    return items;
  }

  private derive(asked: Source): void {
    if (!this.floats) this.settleNumbers();
    const stack: [Source, Deriving][] = [[asked, this.structural(asked)]];
    this.open.add(keyOf(asked));
    let answer = NOTHING_KNOWN;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const [source, deriving] = top;
      const step = deriving.next(answer);
      if (step.done) {
        stack.pop();
        this.open.delete(keyOf(source));
        this.known.set(keyOf(source), step.value);
        answer = step.value ?? NOTHING_KNOWN;
        continue;
      }
      const wanted = step.value;
      const key = keyOf(wanted);
      const type = this.types.scopes.nodes.get(wanted.node)?.type ?? "";
      if (this.open.has(key)) answer = NOTHING_KNOWN;
      else if (this.known.has(key) || !STRUCTURAL.has(type)) {
        answer = this.types.of(wanted) ?? NOTHING_KNOWN;
      } else {
        stack.push([wanted, this.structural(wanted)]);
        this.open.add(key);
      }
    }
  }

  private *structural(source: Source): Deriving {
    const node = this.types.scopes.nodes.get(source.node);
    if (!node) return null;
    if (node.type === "Switch") return yield* this.switch(node, source);
    if (node.type === "Subgraph") return this.partPort(node, source.port);
    const { port } = source;
    if (source.side === "inside" && port === "index") return INT;
    if (source.side === "inside" && port === "item") return yield* this.item(source.node);
    const collected = node.collect.get(port);
    if (source.side === "outside" && collected !== undefined) {
      return listed(yield* this.follow(collected, source.node));
    }
    const after = node.type === "Repeat" ? node.next.get(port) : undefined;
    return after === undefined ? null : yield* this.carried(source, after);
  }

  private *follow(wire: string, scope: string): Deriving<OutType> {
    const source = this.types.scopes.resolve(wire, scope);
    return isProblem(source) ? NOTHING_KNOWN : yield source;
  }

  /** As `initial`, on the way to another type. */
  private *given(id: string, port: string): Deriving {
    const wire = this.types.scopes.nodes.get(id)?.inputs.get(port);
    if (typeof wire === "string") return yield* this.follow(wire, this.types.scopes.home(id));
    return this.types.initial(id, port);
  }

  private partPort(node: GraphNode, port: string): OutType | null {
    const part = this.types.parts.get(node.graph);
    if (!part) return NOTHING_KNOWN;
    const wire = part.graph.outputs.get(port);
    return wire === undefined ? null : (part.wire(wire, "") ?? NOTHING_KNOWN);
  }

  private *item(id: string): Deriving {
    const over = yield* this.given(id, "over");
    if (!over) return this.itemByUse(id);
    if (over.name === "int") return INT;
    const inner = sequenceOf(over.name);
    return inner === "" ? NOTHING_KNOWN : { name: inner, plain: over.plain?.element ?? null };
  }

  private *carried(source: Source, after: string): Deriving {
    const kind = yield* this.given(source.node, source.port);
    if (!kind) return yield* this.follow(after, source.node);
    return this.floats?.has(`${source.node}.${source.port}`) ? FLOAT : kind;
  }

  private *switch(node: GraphNode, source: Source): Deriving {
    if (source.port !== "value") return null;
    const cases: Case[] = [];
    for (const name of new Set([...node.inputs.keys(), ...node.params.keys()])) {
      if (name === "on") continue;
      const kind = (yield* this.given(source.node, name)) ?? NOTHING_KNOWN;
      cases.push({ name, kind, typed: !node.inputs.has(name) });
    }
    const [wanted, others] = commonType(cases);
    return others.length > 0 ? NOTHING_KNOWN : wanted;
  }

  /**
   * Finds the carried values that start as a typed integer and go on as other numbers.
   *
   * 0 and 0.0 are the same JSON, so what comes next decides; one may decide another.
   */
  private settleNumbers(): void {
    const floats = new Set<string>();
    this.floats = floats;
    const open = [...this.types.scopes.nodes].flatMap(([id, node]) =>
      node.type === "Repeat"
        ? [...node.next].map(([port, wire]) => ({ id, node, port, wire }))
        : [],
    );
    const candidates = open.filter(({ node, port }) => {
      const value = node.params.get(port);
      return !node.inputs.has(port) && value !== undefined && typedIn(value) === INT;
    });
    for (let found = candidates.length > 0; found;) {
      found = false;
      for (const { id, port, wire } of candidates) {
        const key = `${id}.${port}`;
        if (floats.has(key) || this.types.wire(wire, id)?.name !== "float") continue;
        floats.add(key);
        found = true;
      }
      if (found) this.known.clear();
    }
  }
}
