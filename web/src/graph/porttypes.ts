/** The types of ports; those of structural nodes follow from what is wired to them. */

import type { Catalogue, Input } from "./catalogue.ts";
import { intersect } from "./intersect.ts";
import { STRUCTURAL, splitWire } from "./model.ts";
import type { Graph, GraphNode, PublicInput } from "./model.ts";
import { typeName } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { isProblem, scopesOf } from "./scopes.ts";
import type { Scopes, Source } from "./scopes.ts";
import { TypeFlow } from "./typeflow.ts";
import { NOTHING_KNOWN, UNKNOWN, listed, typeOfCases, typedIn } from "./types.ts";
import type { OutType } from "./types.ts";

export type Parts = ReadonlyMap<string, PortTypes>;

/** Types within one graph (or definition). `parts` are the PortTypes of all definitions. */
export class PortTypes {
  readonly graph: Graph;
  readonly catalogue: Catalogue;
  readonly parts: Parts;
  readonly scopes: Scopes;
  /** The ports (`node.port`) that public inputs set, each with its first one's name. */
  readonly public: ReadonlyMap<string, string>;
  private readonly faces = new Map<string, Input | null>();
  private readonly flow: TypeFlow;

  constructor(graph: Graph, catalogue: Catalogue, parts: Parts) {
    this.graph = graph;
    this.catalogue = catalogue;
    this.parts = parts;
    this.scopes = scopesOf(graph);
    const set = new Map<string, string>();
    for (const [name, { to }] of graph.inputs) {
      for (const wire of to) if (!set.has(wire)) set.set(wire, name);
    }
    this.public = set;
    this.flow = new TypeFlow(this);
  }

  /** The type of an output port, or null where the node has no such port. */
  of(source: Source): OutType | null {
    const node = this.scopes.nodes.get(source.node);
    if (!node) return null;
    return STRUCTURAL.has(node.type) ? this.flow.of(source) : this.declared(node, source.port);
  }

  declared(node: GraphNode, port: string): OutType | null {
    const declaration = this.catalogue.declarations.get(node.type);
    if (!declaration) return NOTHING_KNOWN;
    const found = declaration.outputs.get(port);
    return found ? { name: found.type, plain: found.plain } : null;
  }

  /** The type of what a wire brings, null where its node has no such port. */
  wire(wire: string, scope: string): OutType | null {
    const source = this.scopes.resolve(wire, scope);
    return isProblem(source) ? NOTHING_KNOWN : this.of(source);
  }

  /** The names of a node's output ports as seen from outside. */
  outputs(id: string): readonly string[] {
    const node = this.scopes.nodes.get(id);
    if (!node) return [];
    switch (node.type) {
      case "Repeat":
        return [...node.next.keys(), ...node.collect.keys()];
      case "Map":
        return [...node.collect.keys()];
      case "Switch":
        return ["value"];
      case "Subgraph":
        return [...(this.parts.get(node.graph)?.graph.outputs.keys() ?? [])];
      default:
        return [...(this.catalogue.declarations.get(node.type)?.outputs.keys() ?? [])];
    }
  }

  /** The names of a node's outputs as its body sees them: carried values, item and index. */
  insideOutputs(id: string): readonly string[] {
    const node = this.scopes.nodes.get(id);
    if (!node?.body) return [];
    return [...(node.type === "Repeat" ? node.next.keys() : []), "item", "index"];
  }

  /** The names of a node's input ports. */
  inputs(node: GraphNode): readonly string[] {
    switch (node.type) {
      case "Repeat":
        return ["over", ...node.next.keys()];
      case "Map":
        return ["over"];
      case "Switch":
        return ["on", "default"];
      case "Subgraph":
        return [...(this.parts.get(node.graph)?.graph.inputs.keys() ?? [])];
      default:
        return [...(this.catalogue.declarations.get(node.type)?.inputs.keys() ?? [])];
    }
  }

  /** The type of what a structural node's input is given, null where nothing is. */
  initial(id: string, port: string): OutType | null {
    const node = this.scopes.nodes.get(id);
    const wire = node?.inputs.get(port);
    if (typeof wire === "string") return this.wire(wire, this.scopes.home(id)) ?? NOTHING_KNOWN;
    if (wire !== undefined) return NOTHING_KNOWN;
    const value = node?.params.get(port);
    return value === undefined ? null : typedIn(value);
  }

  /**
   * A public input as a port: the one type of its targets, their limits intersected.
   *
   * Null where they have none in common, or one of them is not there.
   */
  face(name: string): Input | null {
    let found = this.faces.get(name);
    if (found === undefined) {
      this.faces.set(name, null);
      const input = this.graph.inputs.get(name);
      found = input ? this.joined(name, input) : null;
      this.faces.set(name, found);
    }
    return found;
  }

  /** The input port `node.port`, with its typed value as default; null where there is none. */
  target(wire: string): Input | null {
    const [id, port] = splitWire(wire);
    const node = this.scopes.nodes.get(id);
    if (!node) return null;
    if (node.type === "Repeat" || node.type === "Map" || node.type === "Switch") {
      return this.structuralTarget(id, node, port);
    }
    const found = this.input(node, port);
    const value = node.params.get(port);
    return found && value !== undefined ? { ...found, required: false, default: value } : found;
  }

  /** The input port of a declared node or Subgraph, as declared. */
  input(node: GraphNode, port: string): Input | null {
    if (node.type === "Subgraph") return this.parts.get(node.graph)?.face(port) ?? null;
    return this.catalogue.declarations.get(node.type)?.inputs.get(port) ?? null;
  }

  /** The names of a Switch's cases, those that a public input brings included. */
  cases(id: string): readonly string[] {
    const node = this.scopes.nodes.get(id);
    const names = new Set([...(node?.inputs.keys() ?? []), ...(node?.params.keys() ?? [])]);
    for (const wire of this.public.keys()) {
      const [target, port] = splitWire(wire);
      if (target === id) names.add(port);
    }
    names.delete("on");
    return [...names];
  }

  /** A port of a loop or Switch: its type follows from its use inside. */
  private structuralTarget(id: string, node: GraphNode, port: string): Input | null {
    let kind: OutType | null;
    if (node.next.has(port)) kind = this.of({ node: id, port, side: "inside" });
    else if (node.params.has(port) || node.inputs.has(port)) kind = this.initial(id, port);
    else if (port === "over" && node.body) {
      const item = this.flow.itemByUse(id);
      kind = item.name === "int" ? item : listed(item);
    } else if (port === "on" && node.type === "Switch") kind = typeOfCases(this.cases(id));
    else if (node.type === "Switch") kind = this.of({ node: id, port: "value", side: "outside" });
    else return null;
    const { name, plain } = kind ?? NOTHING_KNOWN;
    const value = node.params.get(port);
    return makeInput(port, name, plain, value);
  }

  private joined(name: string, input: PublicInput): Input | null {
    const found = input.to.map((wire) => this.target(wire));
    const ports = found.filter((port) => port !== null);
    const usable = ports.filter((port) => port.type !== UNKNOWN);
    const first = usable[0] ?? ports[0];
    if (!first || ports.length < found.length) return null;
    let plain: Plain | null = first.plain;
    for (const port of usable.slice(1)) {
      if (!plain || !port.plain) {
        if (port.type !== first.type || port.plain !== plain) return null;
        continue;
      }
      plain = intersect(plain, port.plain);
      if (!plain) return null;
    }
    return {
      name,
      type: plain ? typeName(plain) : first.type,
      plain,
      many: ports.every((port) => port.many),
      required: ports.some((port) => port.required),
      default: ports[0]?.default ?? null,
      choices: ports.find((port) => port.choices)?.choices ?? null,
      widget: ports.find((port) => port.widget)?.widget ?? null,
    };
  }
}

function makeInput(
  name: string,
  type: string,
  plain: Plain | null,
  value: Input["default"] | undefined,
): Input {
  return {
    name,
    type,
    plain,
    many: false,
    required: value === undefined,
    default: value ?? null,
    choices: null,
    widget: null,
  };
}

/** The PortTypes of a file's definitions, by name. A definition that is not there has none. */
function partsOf(document: Graph, catalogue: Catalogue): Parts {
  const parts = new Map<string, PortTypes>();
  for (const [name, definition] of document.definitions) {
    parts.set(name, new PortTypes(definition, catalogue, parts));
  }
  return parts;
}

const known = new WeakMap<Graph, { catalogue: Catalogue; types: Map<string, PortTypes> }>();

/**
 * The types of a document's graph, or of the definition `place`; made once for each document.
 *
 * Throws a RangeError where there is no such definition.
 */
export function typesOf(document: Graph, catalogue: Catalogue, place = ""): PortTypes {
  let entry = known.get(document);
  if (entry?.catalogue !== catalogue) {
    const parts = partsOf(document, catalogue);
    const types = new Map(parts).set("", new PortTypes(document, catalogue, parts));
    entry = { catalogue, types };
    known.set(document, entry);
  }
  const found = entry.types.get(place);
  if (!found) throw new RangeError(`There is no definition '${place}'.`);
  return found;
}
