/**
 * Every problem of a graph at once, from the catalogue's data alone.
 *
 * The same rules as the engine's validator, so that nothing waits for the server; the shared cases
 * in tests/cases/validate hold the two together.
 */

import type { Catalogue } from "./catalogue.ts";
import { Checker } from "./check/checker.ts";
import type { Lists } from "./check/checker.ts";
import { checkSubgraph, checkSwitch } from "./check/choosing.ts";
import { checkDeclared, newerVersion } from "./check/declared.ts";
import { checkMap, checkRepeat } from "./check/loops.ts";
import { cycles } from "./cycles.ts";
import { mayHaveSink, recursion, tooLarge, usesOf } from "./definitions.ts";
import { problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { STRUCTURAL, splitWire } from "./model.ts";
import type { Graph, GraphNode, PublicInput } from "./model.ts";
import { typesOf } from "./porttypes.ts";
import { ofType } from "./types.ts";

const NO_OUTPUTS = "The graph has no outputs and no node that saves or shows anything.";

export interface Options {
  /** The machine's choices by name; without them no entry is missed. */
  readonly lists?: Lists | null;
  /** The graph's public inputs are bound: a required one left open is a problem. */
  readonly ready?: boolean;
}

/** All problems of a graph, in the author's order; an empty list means it can be planned. */
export function validate(document: Graph, catalogue: Catalogue, options: Options = {}): Problem[] {
  const uses = usesOf(document);
  const problems = recursion(uses);
  if (problems.some((found) => found.code === "too_deep")) return problems;
  if (problems.length === 0) problems.push(...tooLarge(document, uses));
  const lists = options.lists ?? null;
  for (const name of document.definitions.keys()) {
    const inner = checkGraph(new Checker(typesOf(document, catalogue, name), lists, false));
    problems.push(...inner.map((found) => within(name, found)));
  }
  const ready = options.ready ?? false;
  problems.push(...checkGraph(new Checker(typesOf(document, catalogue), lists, ready)));
  if (document.outputs.size === 0 && !mayHaveSink(document, uses, catalogue)) {
    const fix = "Name one under outputs, or add SaveImage.";
    problems.push(problem("no_outputs", NO_OUTPUTS, "", "", fix));
  }
  return problems;
}

function within(name: string, found: Problem): Problem {
  const path = found.path === "" ? "" : `.${found.path}`;
  return { ...found, path: `definitions.${name}${path}` };
}

/** The problems of one graph or definition. */
function checkGraph(check: Checker): readonly Problem[] {
  const taken = new Set<string>();
  for (const [name, input] of check.types.graph.inputs) checkPublic(check, name, input, taken);
  for (const [id, node] of check.nodes) {
    const declaration = check.catalogue.declarations.get(node.type);
    if (declaration) checkDeclared(check, id, node, declaration);
    else checkStructural(check, id, node);
  }
  for (const [name, wire] of check.types.graph.outputs) check.source(wire, "", "", name);
  return [...check.found, ...cycles(check.types.scopes)];
}

function checkStructural(check: Checker, id: string, node: GraphNode): void {
  for (const port of node.params.keys()) if (node.inputs.has(port)) check.twice(id, port);
  if (STRUCTURAL.has(node.type) && node.v > 1) newerVersion(check, id, node, 1);
  switch (node.type) {
    case "Repeat":
      checkRepeat(check, id, node);
      return;
    case "Map":
      checkMap(check, id, node);
      return;
    case "Switch":
      checkSwitch(check, id, node);
      return;
    case "Subgraph":
      checkSubgraph(check, id, node);
      return;
  }
  const known = [...check.catalogue.declarations.keys(), ...STRUCTURAL];
  const hint = unloaded(check, node.type) || check.hint(node.type, known);
  const message = `There is no node type '${node.type.slice(0, 80)}'.`;
  check.add("unknown_node_type", message, id, "", hint);
  for (const [port, wire] of node.inputs) check.sourcesOnly(id, port, wire);
}

/** Says it where the type's pack, or a part of it, could not be loaded. */
function unloaded(check: Checker, type: string): string {
  const [name, own] = type.split(":", 2);
  const error = check.catalogue.packs.find((pack) => pack.name === name)?.error ?? "";
  return own !== undefined && error !== ""
    ? `Nodes of pack '${name ?? ""}' could not be loaded: ${error}.`
    : "";
}

function checkPublic(check: Checker, name: string, input: PublicInput, taken: Set<string>): void {
  const known = input.to.map((wire) => checkTarget(check, name, wire, taken));
  if (!known.every(Boolean) || check.types.face(name)) return;
  const ports = input.to.flatMap((wire) => check.types.target(wire) ?? []);
  const kinds = [...new Set(ports.map(ofType))].join(" and ");
  const message = `The targets of the public input '${name}' have no type in common: ${kinds}.`;
  check.add("port_type_mismatch", message, "", name);
}

/** Reports what is wrong with one target; whether it is a port of a known type. */
function checkTarget(check: Checker, name: string, wire: string, taken: Set<string>): boolean {
  const [id, port] = splitWire(wire);
  const node = check.nodes.get(id);
  const sets = `The public input '${name}' sets '${wire.slice(0, 140)}', but`;
  if (!node || port === "") {
    const hint = check.hint(id, check.nodes.keys());
    check.add("dangling_edge", `${sets} there is no such input.`, "", name, hint);
    return false;
  }
  if (node.inputs.has(port) || taken.has(wire)) {
    const message = `is set by the public input '${name}' and by something else as well.`;
    check.add("input_already_linked", message, id, port, "Keep one of them.");
  }
  taken.add(wire);
  if (!check.catalogue.declarations.has(node.type) && !STRUCTURAL.has(node.type)) return false;
  if (check.types.target(wire)) return true;
  const part = node.type === "Subgraph" ? check.types.parts.get(node.graph) : null;
  // The definition, or its own public input, is at fault.
  if (node.type === "Subgraph" && (!part || part.graph.inputs.has(port))) return false;
  const hint = check.hint(port, check.types.inputs(node));
  check.add("unknown_port", `${sets} '${id}' has no such input.`, id, port, hint);
  return false;
}
