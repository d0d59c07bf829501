/**
 * Reading a graph file, format 1: whether a text has the shape of a graph.
 *
 * What it means is `validate`'s subject. Fields that this version does not know are reported and
 * kept; every other problem of shape keeps the file from being opened.
 */

import { nearest, problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { quoted, shown } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import { decode, flaw } from "./jsontext.ts";
import type { Raw } from "./jsontext.ts";
import {
  FORMAT,
  ID,
  MAX_NESTING,
  MAX_NODES,
  makeGraph,
  makeNode,
  makePublicInput,
} from "./model.ts";
import type { Graph, GraphNode, Mode, PublicInput, Wire } from "./model.ts";

export interface Parsed {
  /** Null where a problem other than an unknown field was found. */
  readonly graph: Graph | null;
  readonly problems: readonly Problem[];
}

type RawObject = Readonly<Record<string, Raw>>;

const NODE_FIELDS = [
  "type",
  "v",
  "mode",
  "graph",
  "params",
  "inputs",
  "body",
  "next",
  "collect",
  "show",
];
const DEFINITION_FIELDS = [
  "format",
  "title",
  "about",
  "inputs",
  "outputs",
  "nodes",
  "view",
  "origin",
];
const GRAPH_FIELDS = [
  "format",
  "title",
  "about",
  "inputs",
  "outputs",
  "nodes",
  "definitions",
  "view",
];
const PUBLIC_FIELDS = ["to", "title", "about"];
const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** With these a graph can still be edited: it is not lost for them. */
const HARMLESS: readonly string[] = ["unknown_field", "empty_graph"];

/** Reads a graph from JSON text. */
export function parse(text: string): Parsed {
  const problems: Problem[] = [];
  const raw = decode(text, problems);
  return problems.length > 0 ? { graph: null, problems } : fromJson(raw);
}

/** Reads a graph from parsed JSON. */
export function fromJson(raw: Raw): Parsed {
  const reader = new GraphReader();
  const graph = reader.graph(raw);
  const fatal = reader.problems.some(({ code }) => !HARMLESS.includes(code));
  return { graph: fatal ? null : graph, problems: reader.problems };
}

class GraphReader {
  readonly problems: Problem[] = [];
  private seen = new Set<string>();
  private count = 0;
  private within = "";

  private add(code: string, message: string, path = "", port = "", fix = ""): void {
    const whole = this.within === "" ? path : [this.within, path].filter(Boolean).join(".");
    this.problems.push(problem(code, message, whole, port, fix));
  }

  /** The whole file, or the definition that `within` names. */
  graph(raw: Raw): Graph | null {
    if (!isRawObject(raw)) {
      this.add("bad_graph", `A graph is a JSON object, this is ${shown(raw)}.`);
      return null;
    }
    if ((this.within === "" || "format" in raw) && !this.format(raw)) return null;
    const known = this.within === "" ? GRAPH_FIELDS : DEFINITION_FIELDS;
    const extra = this.unknown(raw, known, "A graph");
    this.seen = new Set();
    const before = this.problems.length;
    const nodes = this.nodes(raw.nodes ?? {}, "", 0);
    if (nodes.size === 0 && this.problems.length === before) {
      this.add("empty_graph", "The graph has no nodes.");
    }
    return makeGraph({
      nodes,
      title: this.text(raw, "title", ""),
      about: this.text(raw, "about", ""),
      inputs: this.publicInputs(raw),
      outputs: this.wires(raw, "outputs", ""),
      definitions: this.within === "" ? this.definitions(raw) : NOTHING,
      view: this.view(raw),
      origin: this.within === "" ? "" : this.text(raw, "origin", ""),
      extra,
    });
  }

  private format(raw: RawObject): boolean {
    if (raw.format === FORMAT) return true;
    if (!("format" in raw) && isComfy(raw)) {
      const message = "This is a ComfyUI workflow; latentgraph reads its own format 1.";
      this.add("unsupported_version", message, "", "", "Rebuild it from a template.");
    } else {
      const came = "format" in raw ? shown(raw.format) : "missing";
      const message = `The graph's format is ${came}; this version reads format ${FORMAT}.`;
      this.add("unsupported_version", message, "", "format");
    }
    return false;
  }

  private unknown(
    raw: RawObject,
    known: readonly string[],
    what: string,
    path = "",
    port = "",
  ): ReadonlyMap<string, Json> {
    const extra = new Map<string, Json>();
    for (const [name, value] of Object.entries(raw)) {
      if (known.includes(name)) continue;
      const message = `${what} has no field ${quoted(name)}.`;
      this.add("unknown_field", message, path, port, nearest(name, known));
      if (this.writable(value, path, name)) extra.set(name, value);
    }
    return extra.size > 0 ? extra : NOTHING;
  }

  private writable(value: Raw, path: string, name: string): value is Json {
    const found = flaw(value);
    if (found) this.add(found[0], found[1], path, name.slice(0, 64));
    return found === null;
  }

  private nodes(raw: Raw, path: string, depth: number): Map<string, GraphNode> {
    const nodes = new Map<string, GraphNode>();
    if (!isRawObject(raw)) {
      this.add("bad_graph", `Nodes are an object by id, this is ${shown(raw)}.`, path);
      return nodes;
    }
    if (depth > MAX_NESTING) {
      this.add("too_deep", `Bodies nest at most ${MAX_NESTING} deep.`, path);
      return nodes;
    }
    const entries = Object.entries(raw);
    const before = this.count;
    this.count += entries.length;
    if (this.count > MAX_NODES) {
      const message = `The graph has more than ${MAX_NODES.toLocaleString("en")} nodes.`;
      if (before <= MAX_NODES) this.add("too_many_nodes", message);
      return nodes;
    }
    for (const [id, item] of entries) {
      if (!ID.test(id)) {
        this.badId("node id", id, path);
        continue;
      }
      if (this.seen.has(id)) {
        const message = `The node id '${id}' is used twice in one graph (bodies included).`;
        this.add("duplicate_id", message, id, "", "Rename one of them.");
      }
      this.seen.add(id);
      nodes.set(id, this.node(id, item, depth));
    }
    return nodes;
  }

  private badId(what: string, name: string, path: string, port = ""): void {
    const rule =
      "is not a letter or underscore followed by up to 63 letters, digits or underscores.";
    this.add("bad_id", `The ${what} ${quoted(name)} ${rule}`, path, port);
  }

  private node(id: string, raw: Raw, depth: number): GraphNode {
    const type = isRawObject(raw) ? raw.type : undefined;
    if (!isRawObject(raw) || typeof type !== "string") {
      const came = isRawObject(raw) ? "an object without one" : shown(raw);
      this.add("bad_graph", `A node is an object with a "type", this is ${came}.`, id);
      return makeNode({ type: "" });
    }
    return makeNode({
      type,
      v: this.version(raw, id),
      mode: this.mode(raw, id),
      graph: this.text(raw, "graph", id),
      params: this.values(raw, "params", id),
      inputs: this.inputWires(raw, id),
      body: "body" in raw ? this.nodes(raw.body, id, depth + 1) : null,
      next: this.wires(raw, "next", id),
      collect: this.wires(raw, "collect", id),
      show: this.text(raw, "show", id),
      extra: this.unknown(raw, NODE_FIELDS, "A node", id),
    });
  }

  private version(raw: RawObject, id: string): number {
    const version = "v" in raw ? raw.v : 1;
    if (typeof version === "number" && Number.isInteger(version) && version >= 1) return version;
    const message = `A version is an integer from 1, this is ${shown(version)}.`;
    this.add("unsupported_version", message, id, "v");
    return 1;
  }

  private mode(raw: RawObject, id: string): Mode {
    const mode = this.text(raw, "mode", id);
    if (mode === "" || mode === "mute" || mode === "bypass") return mode;
    this.add("out_of_choices", `wants 'mute' or 'bypass', this is ${shown(mode)}.`, id, "mode");
    return "";
  }

  private text(raw: RawObject, name: string, path: string): string {
    const text = name in raw ? raw[name] : "";
    if (typeof text === "string") return text;
    this.add("wrong_type", `wants a text, this is ${shown(text)}.`, path, name);
    return "";
  }

  private object(raw: RawObject, name: string, path: string): [string, Raw][] {
    const found = name in raw ? raw[name] : {};
    if (isRawObject(found)) return Object.entries(found);
    this.add("wrong_type", `wants an object, this is ${shown(found)}.`, path, name);
    return [];
  }

  /** An object of JSON values, each of which can be kept and written again. */
  private values(raw: RawObject, name: string, path: string): ReadonlyMap<string, Json> {
    const values = new Map<string, Json>();
    for (const [key, value] of this.object(raw, name, path)) {
      if (this.writable(value, path, key)) values.set(key, value);
    }
    return values;
  }

  private view(raw: RawObject): JsonObject {
    const made = Object.create(null) as Record<string, Json>;
    for (const [key, value] of this.object(raw, "view", "")) {
      if (this.writable(value, "", key)) made[key] = value;
    }
    return made;
  }

  private inputWires(raw: RawObject, path: string): ReadonlyMap<string, Wire> {
    const wires = new Map<string, Wire>();
    for (const [port, wire] of this.object(raw, "inputs", path)) {
      if (typeof wire === "string") wires.set(port, wire);
      else if (isTexts(wire) && wire.length > 0) wires.set(port, wire);
      else {
        const empty = Array.isArray(wire) && wire.length === 0;
        const came = empty ? "an empty list" : shown(wire);
        const fix = empty ? "Leave it out." : "Put a typed value under params.";
        const message = `wants a wire, the text "node.port", this is ${came}.`;
        this.add("bad_wire", message, path, port.slice(0, 64), fix);
      }
    }
    return wires;
  }

  private wires(raw: RawObject, name: string, path: string): ReadonlyMap<string, string> {
    const wires = new Map<string, string>();
    for (const [port, wire] of this.object(raw, name, path)) {
      if (!ID.test(port)) this.badId("name", port, path, name);
      else if (typeof wire === "string") wires.set(port, wire);
      else {
        const message = `wants a wire, the text "node.port", this is ${shown(wire)}.`;
        this.add("bad_wire", message, path, port);
      }
    }
    return wires;
  }

  private publicInputs(raw: RawObject): ReadonlyMap<string, PublicInput> {
    const found = new Map<string, PublicInput>();
    for (const [name, item] of this.object(raw, "inputs", "")) {
      const to = isRawObject(item) ? item.to : undefined;
      if (!ID.test(name)) this.badId("name", name, "", "inputs");
      else if (!isRawObject(item) || !isTexts(to) || to.length === 0) {
        this.add("bad_wire", 'A public input is {"to": ["node.port", ...]}.', "", name);
      } else {
        const extra = this.unknown(item, PUBLIC_FIELDS, "A public input", "", name);
        const title = this.text(item, "title", "");
        const about = this.text(item, "about", "");
        found.set(name, makePublicInput({ to, title, about, extra }));
      }
    }
    return found;
  }

  private definitions(raw: RawObject): ReadonlyMap<string, Graph> {
    const found = new Map<string, Graph>();
    for (const [name, item] of this.object(raw, "definitions", "")) {
      if (!ID.test(name)) {
        this.badId("name", name, "", "definitions");
        continue;
      }
      this.within = `definitions.${name}`;
      const graph = this.graph(item);
      this.within = "";
      if (graph) found.set(name, graph);
    }
    return found;
  }
}

function isRawObject(value: Raw): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: Raw): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isComfy(raw: RawObject): boolean {
  const items = Object.values(raw);
  const isApi =
    items.length > 0 && items.every((item) => isRawObject(item) && "class_type" in item);
  return isApi || "last_node_id" in raw || "links" in raw;
}
