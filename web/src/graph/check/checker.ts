/** What the checks of all kinds of nodes share: reporting, wires, typed values, missing inputs. */

import { fits, sequenceOf } from "../catalogue.ts";
import type { Catalogue, Declaration, Input } from "../catalogue.ts";
import { converter } from "../converters.ts";
import { nearest, problem } from "../errors.ts";
import type { Problem } from "../errors.ts";
import { quoted, shown } from "../json.ts";
import type { Json } from "../json.ts";
import { STRUCTURAL, splitWire, wireList } from "../model.ts";
import type { GraphNode, Wire } from "../model.ts";
import { checkValue } from "../plain.ts";
import type { PortTypes } from "../porttypes.ts";
import { isProblem } from "../scopes.ts";
import type { Source } from "../scopes.ts";
import { NOTHING_KNOWN, UNKNOWN, article, ofType } from "../types.ts";
import type { OutType } from "../types.ts";
import { entry, remedy } from "./listwords.ts";

/** The machine's choices (models, images) by name. */
export type Lists = ReadonlyMap<string, readonly string[]>;

/** Names compared for hints in one graph: thousands of mistakes need no thousands of hints. */
const HINT_BUDGET = 50_000;
const UPLOAD = /^sha256:[0-9a-f]{64}$/;
const FIELDS = ["graph", "body", "next", "collect", "show"] as const;
export type StructuralField = (typeof FIELDS)[number];

/** The state of checking one graph or definition. */
export class Checker {
  readonly types: PortTypes;
  readonly found: Problem[] = [];
  private readonly lists: Lists | null;
  private readonly ready: boolean;
  private hints = HINT_BUDGET;
  private readonly offers = new Map<string, ReadonlyMap<string, string>>();

  constructor(types: PortTypes, lists: Lists | null, ready: boolean) {
    this.types = types;
    this.lists = lists;
    this.ready = ready;
  }

  get catalogue(): Catalogue {
    return this.types.catalogue;
  }

  get nodes(): ReadonlyMap<string, GraphNode> {
    return this.types.scopes.nodes;
  }

  add(code: string, message: string, path = "", port = "", fix = ""): void {
    this.found.push(problem(code, message, path, port.slice(0, 64), fix));
  }

  /** The nearest of the known names, while hints are still affordable. */
  hint(name: string, known: Iterable<string>): string {
    const names = [...known];
    this.hints -= names.length;
    return this.hints > 0 ? nearest(name.slice(0, 80), names) : "";
  }

  /** Whether a node, or a body around it, is muted or bypassed: then it may lack inputs. */
  isOff(id: string): boolean {
    return [id, ...this.types.scopes.enclosing(this.types.scopes.home(id))].some(
      (one) => (this.nodes.get(one)?.mode ?? "") !== "",
    );
  }

  // Wires.

  /** The type a wire brings; what is wrong with it is reported at `path`.`port`. */
  source(wire: string, scope: string, path: string, port: string): OutType {
    const source = this.types.scopes.resolve(wire, scope);
    if (isProblem(source)) {
      const isDangling = source.code === "dangling_edge";
      const fix = isDangling ? this.hint(splitWire(wire)[0], this.nodes.keys()) : source.fix;
      this.add(source.code, source.message, path, port, fix);
      return NOTHING_KNOWN;
    }
    const kind = this.types.of(source);
    if (!kind) this.unknownPort(wire, source, path, port);
    return kind ?? NOTHING_KNOWN;
  }

  private unknownPort(wire: string, source: Source, path: string, port: string): void {
    const type = this.nodes.get(source.node)?.type ?? "";
    const inside = source.side === "inside";
    if (
      !inside &&
      ["item", "index"].includes(source.port) &&
      (type === "Repeat" || type === "Map")
    ) {
      const message = `'${wire}' exists only inside the body of '${source.node}'.`;
      this.add("leaves_body", message, path, port);
      return;
    }
    const known = inside ? this.types.insideOutputs(source.node) : this.types.outputs(source.node);
    const message =
      `is wired to '${wire.slice(0, 140)}', but ${type} '${source.node}' has no such output; ` +
      `it has ${some(known)}.`;
    this.add("unknown_port", message, path, port, this.hint(source.port, known));
  }

  /** Checks what is wired to an input. */
  wired(id: string, port: Input, wire: Wire): void {
    if (typeof wire === "string") this.fit(wire, id, port);
    else if (port.many) for (const one of wire) this.fit(one, id, port);
    else this.oneWire(id, port.name, wire);
  }

  /** Reports a list of wires where one is taken, and what is wrong with each of them. */
  oneWire(id: string, port: string, wire: Wire): void {
    const message = "takes one wire, this is a list of them.";
    this.add("input_already_linked", message, id, port, "Keep one wire.");
    this.sourcesOnly(id, port, wire);
  }

  /** Checks that wires come from somewhere, where nothing is known of the port. */
  sourcesOnly(id: string, port: string, wire: Wire): void {
    for (const one of wireList(wire)) this.source(one, this.types.scopes.home(id), id, port);
  }

  private fit(wire: string, id: string, port: Input): void {
    let kind = this.source(wire, this.types.scopes.home(id), id, port.name).name;
    if (kind === port.type || kind === UNKNOWN || port.type === UNKNOWN) return;
    const came = kind;
    if (port.many) while (sequenceOf(kind) !== "") kind = sequenceOf(kind);
    if (port.many && kind === port.type) return;
    if (fits(this.catalogue, kind, port.type)) return;
    const message = `wants ${ofType(port)}, '${wire}' is ${article(came)}.`;
    this.hints -= this.catalogue.declarations.size;
    const found = this.hints < 0 ? null : converter(this.catalogue, came, port.type);
    const fix = found ? `${found.type} makes one from the other.` : "";
    this.add("port_type_mismatch", message, id, port.name, fix);
  }

  // Typed values.

  /** Checks a typed value against its port's type, limits and choices. */
  typed(id: string, port: Input, value: Json): void {
    if (!port.plain) {
      if (port.type === UNKNOWN) return;
      const message = `wants a wire with ${ofType(port)}; ${shown(value)} cannot be typed in.`;
      this.add("wrong_type", message, id, port.name);
      return;
    }
    const bad = checkValue(port.plain, value);
    if (bad) {
      const isName = bad.code === "out_of_choices" && typeof value === "string";
      this.add(
        bad.code,
        bad.message,
        id,
        port.name,
        isName ? nearest(value, port.plain.values) : "",
      );
    } else if (port.choices && typeof value === "string") {
      this.choice(id, port.name, port.choices.name, value);
    }
  }

  private choice(id: string, port: string, list: string, value: string): void {
    if (value.startsWith("sha256:")) {
      if (UPLOAD.test(value)) return;
      const fix = "It is 'sha256:' and 64 digits, 0 to 9 and a to f.";
      this.add("unknown_upload", `${quoted(value)} is no name of an upload.`, id, port, fix);
      return;
    }
    const known = this.lists?.get(list);
    if (!known || known.includes(value)) return;
    const hint = this.hint(value, known) || (known.length > 0 ? `There are: ${some(known)}.` : "");
    const message = `There is no ${entry(list)} ${quoted(value)} on this machine.`;
    const fix = `${hint} ${remedy(list)}`.trim();
    this.add(`unknown_${list.replace(/s$/, "")}`, message, id, port, fix);
  }

  // Names and gaps.

  /** Reports a typed or wired input that its node does not have. */
  unknownInput(id: string, node: GraphNode, name: string): void {
    const known = this.types.inputs(node);
    const message = `${node.type} has no input ${quoted(name)}; it has ${some(known)}.`;
    this.add("unknown_input", message, id, name, this.hint(name, known));
    const wire = node.inputs.get(name);
    if (wire !== undefined) this.sourcesOnly(id, name, wire);
  }

  /** Reports an input with both a typed value and a wire. */
  twice(id: string, port: string): void {
    const message = "has both a typed value and a wire.";
    this.add("input_already_linked", message, id, port, "Remove one of them.");
  }

  /** Reports the structural fields that this kind of node does not take. */
  foreignFields(id: string, node: GraphNode, known: readonly StructuralField[]): void {
    for (const name of FIELDS) {
      const value = node[name];
      const isThere =
        name === "body"
          ? value !== null
          : typeof value === "string"
            ? value !== ""
            : (value?.size ?? 0) > 0;
      if (known.includes(name) || !isThere) continue;
      const whose = STRUCTURAL.has(node.type) ? "" : "; that belongs to structural nodes";
      this.add("unknown_field", `${node.type} takes no '${name}'${whose}.`, id, name);
    }
  }

  /** Whether nothing need be wired or typed here: set from outside, or not run. */
  mayLack(id: string, port: string): boolean {
    return (this.types.public.has(`${id}.${port}`) && !this.ready) || this.isOff(id);
  }

  /** Reports required inputs that have neither a value nor a wire. */
  missingOf(id: string, node: GraphNode, declaration: Declaration): void {
    for (const port of declaration.inputs.values()) {
      if (port.required && !node.inputs.has(port.name) && !node.params.has(port.name)) {
        this.missing(id, node, port);
      }
    }
  }

  missing(id: string, node: GraphNode, port: Input): void {
    if (this.mayLack(id, port.name)) return;
    if (port.plain) {
      const message = `${node.type} needs '${port.name}' (${ofType(port)}), and no value is given.`;
      this.add("missing_input", message, id, port.name);
      return;
    }
    const message = `${node.type} needs its input '${port.name}' (${ofType(port)}), and nothing is wired to it.`;
    this.add("missing_input", message, id, port.name, this.offer(id, port));
  }

  /** A wire that would fit, if the graph has one in the same body. */
  private offer(id: string, port: Input): string {
    const scope = this.types.scopes.home(id);
    const offered = this.offers.get(scope) ?? this.offered(scope);
    this.offers.set(scope, offered);
    for (const [kind, wire] of offered) {
      if (fits(this.catalogue, kind, port.type) && !wire.startsWith(`${id}.`)) {
        return `Wire '${wire}' to it?`;
      }
    }
    return "";
  }

  /** For each type the first output of the body that brings it. */
  private offered(scope: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const id of this.nodes.keys()) {
      if (this.types.scopes.home(id) !== scope) continue;
      for (const port of this.types.outputs(id)) {
        const kind = this.types.of({ node: id, port, side: "outside" })?.name ?? UNKNOWN;
        if (kind !== UNKNOWN && !found.has(kind)) found.set(kind, `${id}.${port}`);
      }
    }
    return found;
  }
}

/** A list of names for a sentence, cut short. */
export function some(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > 12 ? ` and ${names.length - 12} more` : "";
  return names.slice(0, 12).join(", ") + more;
}
