/**
 * May this wire be drawn? The one answer for the canvas, the keyboard and the outline.
 *
 * An occupied input may be wired again: the new wire takes the old one's place.
 */

import { fits, sequenceOf } from "./catalogue.ts";
import type { Catalogue, Input } from "./catalogue.ts";
import { converter } from "./converters.ts";
import { readersOf, requirements, wayBetween } from "./cycles.ts";
import { nearest } from "./errors.ts";
import { NEW_PORT } from "./measures.ts";
import { ID, RESERVED, STRUCTURAL, splitWire, wireList } from "./model.ts";
import type { Graph, GraphNode } from "./model.ts";
import { typesOf } from "./porttypes.ts";
import type { PortTypes } from "./porttypes.ts";
import { isProblem } from "./scopes.ts";
import type { Side, Source } from "./scopes.ts";
import { NOTHING_KNOWN, UNKNOWN, article, commonType, ofType, typedIn } from "./types.ts";
import type { Case, OutType } from "./types.ts";
import { scopeOfTarget, wiresOf } from "./wires.ts";
import type { Target } from "./wires.ts";

/** A wire that is to be drawn: from `node.port`, taken on the given side of a loop's frame. */
export interface Connection {
  readonly source: string;
  /** Which rail of a loop the drag began at; absent where the node has no inside. */
  readonly side?: Side;
  readonly target: Target;
}

/** What one click would do about a refusal. */
export type Fix =
  | {
      readonly kind: "insert";
      readonly type: string;
      readonly input: string;
      readonly output: string;
      readonly label: string;
    }
  | { readonly kind: "unexpose"; readonly name: string; readonly label: string };

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix?: Fix;
}

/** Null where the wire may be drawn, else why not, and what would help. */
export function canConnect(
  document: Graph,
  catalogue: Catalogue,
  connection: Connection,
  place = "",
): Refusal | null {
  const types = typesOf(document, catalogue, place);
  return new Connector(types, connection.source, connection.side).refusal(connection.target);
}

/** Answers for many targets of one source, as long as a wire is being dragged. */
export class Connector {
  private readonly types: PortTypes;
  private readonly source: string;
  private readonly side: Side | undefined;
  private before: ReadonlySet<string> | null = null;

  constructor(types: PortTypes, source: string, side?: Side) {
    this.types = types;
    this.source = source;
    this.side = side;
  }

  refusal(target: Target): Refusal | null {
    const found = this.types.scopes.resolve(this.source, scopeOfTarget(this.types.graph, target));
    if (isProblem(found)) return this.unseen(found.code, target);
    if (this.side !== undefined && this.side !== found.side) return this.wrongSide();
    const kind = this.isOpenItem(found) ? NOTHING_KNOWN : this.types.of(found);
    if (!kind) return this.unknownSource(found);
    return this.unfit(target, kind) ?? this.circle(found, target);
  }

  // Where the wire comes from.

  /** An item of a loop that goes over nothing yet, and that nobody reads: what it is, is open. */
  private isOpenItem(source: Source): boolean {
    if (source.side !== "inside" || source.port !== "item") return false;
    const loop = this.types.scopes.nodes.get(source.node);
    if (loop?.inputs.has("over") || loop?.params.has("over")) return false;
    return !wiresOf(this.types.graph).some((wire) => wire.source === this.source);
  }

  private unseen(code: string, target: Target): Refusal {
    const [id] = splitWire(this.source);
    if (code !== "leaves_body") {
      return { code, message: `There is no output '${this.source}'.` };
    }
    const loop = this.types.scopes.home(id);
    const reader = target.kind === "output" ? "a public output" : `'${target.node}'`;
    const message =
      `'${id}' stands in the body of '${loop}', which ${reader} cannot see: ` +
      `wire it to the right rail of '${loop}' and take it from there.`;
    return { code, message };
  }

  private wrongSide(): Refusal {
    const [id, port] = splitWire(this.source);
    if (this.side === "inside") {
      const message = `'${port}' on the left rail of '${id}' exists only during a turn, for the nodes inside.`;
      return { code: "leaves_body", message };
    }
    const message = `'${port}' comes out of '${id}' after the last turn: inside, take it from the left rail.`;
    return { code: "cycle", message };
  }

  private unknownSource(source: Source): Refusal {
    const node = this.types.scopes.nodes.get(source.node);
    if (source.side === "outside" && node?.body && ["item", "index"].includes(source.port)) {
      const message = `'${this.source}' exists only inside the body of '${source.node}'.`;
      return { code: "leaves_body", message };
    }
    const known =
      source.side === "inside"
        ? this.types.insideOutputs(source.node)
        : this.types.outputs(source.node);
    const hint = nearest(source.port, known);
    const message = `${node?.type ?? ""} '${source.node}' has no output '${source.port}'. ${hint}`;
    return { code: "unknown_port", message: message.trimEnd() };
  }

  // Where it goes.

  private unfit(target: Target, kind: OutType): Refusal | null {
    if (target.kind === "output") return badName(target.port, "a public output");
    const node = this.types.scopes.nodes.get(target.node);
    if (!node) return { code: "dangling_edge", message: `There is no node '${target.node}'.` };
    switch (target.kind) {
      case "input":
        return this.unfitInput(target, node, kind);
      case "next":
        return this.unfitNext(target, node, kind);
      case "collect":
        if (!node.body) return noInput(node, target.port);
        if (!node.next.has(target.port)) return badName(target.port, "a collected value");
        return {
          code: "bad_id",
          message: `The name '${target.port}' is taken by a carried value.`,
        };
      case "show":
        return node.type === "Repeat" ? null : noInput(node, "show");
    }
  }

  private unfitInput(target: Target, node: GraphNode, kind: OutType): Refusal | null {
    const name = this.types.public.get(`${target.node}.${target.port}`);
    if (name !== undefined) {
      const label = `Take '${target.port}' out of the public input '${name}'`;
      const message = `'${target.port}' is set by the public input '${name}' of this graph.`;
      return {
        code: "input_already_linked",
        message,
        fix: { kind: "unexpose", name: `${target.node}.${target.port}`, label },
      };
    }
    if (!STRUCTURAL.has(node.type) || node.type === "Subgraph") {
      const known =
        node.type === "Subgraph"
          ? this.types.parts.has(node.graph)
          : this.types.catalogue.declarations.has(node.type);
      const port = this.types.input(node, target.port);
      if (!port) return known ? noInput(node, target.port, this.types.inputs(node)) : null;
      return this.mismatch(port, kind);
    }
    if (node.type === "Switch") return this.unfitCase(target, node, kind);
    if (target.port === "over") return unfitOver(kind);
    if (node.type === "Map") return noInput(node, target.port, ["over"]);
    return badName(target.port, "a carried value") ?? this.unfitCarried(target, node, kind);
  }

  private mismatch(port: Input, kind: OutType): Refusal | null {
    if (this.fits(kind.name, port.type)) return null;
    if (port.many && this.fits(innermost(kind.name), port.type)) return null;
    return this.clash(`${port.name} wants ${ofType(port)}`, kind.name, port.type);
  }

  private clash(wants: string, source: string, target: string): Refusal {
    const message = `${wants}, this is ${article(source)}`;
    const found = converter(this.types.catalogue, source, target);
    if (!found) return { code: "port_type_mismatch", message: `${message}.` };
    const fix = { kind: "insert" as const, ...found, label: `Insert ${found.type}` };
    return { code: "port_type_mismatch", message: `${message}: insert ${found.type}?`, fix };
  }

  private fits(source: string, target: string): boolean {
    return [source, target].includes(UNKNOWN) || fits(this.types.catalogue, source, target);
  }

  private unfitCase(target: Target, node: GraphNode, kind: OutType): Refusal | null {
    if (target.port === "on") {
      if (["bool", "int", "str", UNKNOWN].includes(kind.name)) return null;
      const wants = "on wants true or false, an integer or a text";
      return this.clash(wants, kind.name, "bool");
    }
    const cases: Case[] = [];
    for (const name of this.types.cases(target.node)) {
      if (name === target.port) continue;
      const typed = node.params.get(name);
      const other = this.types.initial(target.node, name) ?? NOTHING_KNOWN;
      const wired = node.inputs.has(name);
      cases.push({
        name,
        kind: wired || typed === undefined ? other : typedIn(typed),
        typed: !wired,
      });
    }
    const [wanted] = commonType(cases);
    const [, others] = commonType([...cases, { name: target.port, kind, typed: false }]);
    if (others.length === 0) return null;
    return this.clash(`the other cases are ${article(wanted.name)}`, kind.name, wanted.name);
  }

  private unfitCarried(target: Target, node: GraphNode, kind: OutType): Refusal | null {
    const after = node.next.get(target.port);
    if (after === undefined || splitWire(after)[0] === target.node) return null;
    const next = this.types.wire(after, target.node) ?? NOTHING_KNOWN;
    if (this.fits(next.name, kind.name)) return null;
    return this.clash(
      `each turn gives '${target.port}' as ${article(next.name)}`,
      kind.name,
      next.name,
    );
  }

  private unfitNext(target: Target, node: GraphNode, kind: OutType): Refusal | null {
    if (node.type !== "Repeat") return noInput(node, target.port);
    const wrong = badName(target.port, "a carried value");
    if (wrong) return wrong;
    const first = this.types.initial(target.node, target.port);
    if (!first || this.fits(kind.name, first.name)) return null;
    if (first.name === "int" && kind.name === "float" && !node.inputs.has(target.port)) return null;
    return this.clash(`'${target.port}' starts as ${article(first.name)}`, kind.name, first.name);
  }

  // Whether it goes in a circle.

  /** What the source needs, in its body: none of it may read the source. */
  private needed(): ReadonlySet<string> {
    const { scopes } = this.types;
    return (this.before ??= requirements(readersOf(scopes), splitWire(this.source)[0]));
  }

  private circle(source: Source, target: Target): Refusal | null {
    if (source.side === "inside" || target.kind === "output") return null;
    const { scopes } = this.types;
    const home = scopes.home(source.node);
    if (target.kind !== "input" && home === target.node) return null;
    const reader = scopes.lifted(target.node, home);
    if (reader === null || !(reader === source.node || this.needed().has(reader))) return null;
    const way = wayBetween(readersOf(scopes), reader, source.node) ?? [source.node];
    const path = [source.node, ...way].join(" -> ");
    const message = `That makes the wires go in a circle: ${path}. Carry the value through a Repeat instead.`;
    return { code: "cycle", message };
  }
}

function unfitOver(kind: OutType): Refusal | null {
  if (["int", UNKNOWN].includes(kind.name) || sequenceOf(kind.name) !== "") return null;
  const message = `over wants an integer or a sequence, this is ${article(kind.name)}.`;
  return { code: "port_type_mismatch", message };
}

function innermost(type: string): string {
  const inner = sequenceOf(type);
  return inner === "" ? type : innermost(inner);
}

function noInput(node: GraphNode, port: string, known: readonly string[] = []): Refusal {
  const hint = nearest(port, known);
  return {
    code: "unknown_input",
    message: `${node.type} has no input '${port}'. ${hint}`.trimEnd(),
  };
}

function badName(name: string, what: string): Refusal | null {
  // The row for a new port: it gets its name when the wire is drawn.
  if (name === NEW_PORT) return null;
  if (ID.test(name) && !(RESERVED.has(name) && what !== "a public output")) return null;
  return { code: "bad_id", message: `'${name.slice(0, 64)}' cannot be the name of ${what}.` };
}

/** Whether an input takes one more wire beside those it has. */
export function takesMore(types: PortTypes, id: string, port: string): boolean {
  const node = types.scopes.nodes.get(id);
  if (!node) return false;
  return (types.input(node, port)?.many ?? false) && wireList(node.inputs.get(port)).length > 0;
}
