/** Checks of Switch and Subgraph: one type for all cases, and a definition's public face. */

import { quoted, shown } from "../json.ts";
import type { Json } from "../json.ts";
import type { GraphNode } from "../model.ts";
import { UNKNOWN, NOTHING_KNOWN, article, commonType, typedIn } from "../types.ts";
import type { Case, OutType } from "../types.ts";
import type { Checker } from "./checker.ts";
import { some } from "./checker.ts";
import { cannotBypass } from "./declared.ts";

const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;

/** Reports every problem of a Switch. */
export function checkSwitch(check: Checker, id: string, node: GraphNode): void {
  check.foreignFields(id, node, []);
  const found = casesOf(check, id, node);
  const on = found.find((item) => item.name === "on");
  const [wanted, others] = commonType(found.filter((item) => item !== on));
  for (const { name, kind } of others) {
    const message = `is ${article(kind.name)}, the other cases are ${article(wanted.name)}.`;
    check.add("port_type_mismatch", message, id, name);
  }
  const names = check.types.cases(id);
  if (names.length === 0) check.add("missing_input", "Switch has no cases.", id);
  if (!on) {
    if (!check.mayLack(id, "on")) {
      check.add("missing_input", "Switch needs 'on', which says the case.", id, "on");
    }
  } else if (checkOn(check, id, node, on) && names.length > 0) {
    checkNames(check, id, on.kind, names);
    const value = node.params.get("on");
    if (on.typed && value !== undefined) checkChosen(check, id, value, names);
  }
  if (node.mode === "bypass") cannotBypass(check, id, node, ["value"]);
}

function casesOf(check: Checker, id: string, node: GraphNode): Case[] {
  const made: Case[] = [];
  for (const [name, wire] of node.inputs) {
    let kind = NOTHING_KNOWN;
    if (typeof wire === "string") kind = check.source(wire, check.types.scopes.home(id), id, name);
    else check.oneWire(id, name, wire);
    made.push({ name, kind, typed: false });
  }
  for (const [name, value] of node.params) {
    if (!node.inputs.has(name)) made.push({ name, kind: typedIn(value), typed: true });
  }
  return made;
}

/** Whether `on` is of a type that picks a case. */
function checkOn(check: Checker, id: string, node: GraphNode, on: Case): boolean {
  if (["bool", "int", "str"].includes(on.kind.name)) return true;
  if (on.kind.name === UNKNOWN && !on.typed) return true;
  const wants = "wants true or false, an integer or a text; this is";
  if (on.typed) check.add("wrong_type", `${wants} ${shown(node.params.get("on"))}.`, id, "on");
  else check.add("port_type_mismatch", `${wants} ${article(on.kind.name)}.`, id, "on");
  return false;
}

/** Cases that `on` can never pick, and those of true and false that are not there. */
function checkNames(check: Checker, id: string, on: OutType, names: readonly string[]): void {
  let possible: readonly string[] = on.name === "bool" ? ["true", "false"] : [];
  if (on.plain?.kind === "enum") possible = on.plain.values;
  for (const name of names) {
    const never = possible.length > 0 && !possible.includes(name);
    if (name === "default" || !(never || (on.name === "int" && !INTEGER.test(name)))) continue;
    const texts = possible.length > 0 ? some(possible) : "the text of an integer";
    const message = `${quoted(name)} is no case that 'on' can pick: it is ${texts}.`;
    check.add("unknown_input", message, id, name, check.hint(name, possible));
  }
  if (on.name !== "bool" || names.includes("default")) return;
  for (const name of possible) {
    if (names.includes(name) || check.mayLack(id, name)) continue;
    check.add("missing_input", `Switch has no case '${name}' and no default.`, id, name);
  }
}

/** A typed `on` that picks nothing. For true and false, `checkNames` has said so. */
function checkChosen(check: Checker, id: string, value: Json, names: readonly string[]): void {
  if (typeof value !== "string" && typeof value !== "number") return;
  const text = String(value);
  if (names.includes(text) || names.includes("default")) return;
  if (check.isOff(id)) return;
  const message = `Switch has no case ${quoted(text)}, which 'on' picks, and no default.`;
  check.add("missing_input", message, id, text, check.hint(text, names));
}

/** Reports every problem of a use of a definition. */
export function checkSubgraph(check: Checker, id: string, node: GraphNode): void {
  check.foreignFields(id, node, ["graph"]);
  const part = check.types.parts.get(node.graph);
  if (!part) {
    const hint = check.hint(node.graph, check.types.parts.keys());
    check.add(
      "unknown_node_type",
      `There is no definition ${quoted(node.graph)}.`,
      id,
      "graph",
      hint,
    );
    for (const [name, wire] of node.inputs) check.sourcesOnly(id, name, wire);
    return;
  }
  for (const [name, value] of node.params) {
    if (node.inputs.has(name)) continue;
    const port = part.face(name);
    if (!part.graph.inputs.has(name)) check.unknownInput(id, node, name);
    else if (port) check.typed(id, port, value);
  }
  for (const [name, wire] of node.inputs) {
    const port = part.face(name);
    if (!part.graph.inputs.has(name)) check.unknownInput(id, node, name);
    else if (port) check.wired(id, port, wire);
    else check.sourcesOnly(id, name, wire);
  }
  for (const name of part.graph.inputs.keys()) {
    const port = part.face(name);
    if (port?.required && !node.params.has(name) && !node.inputs.has(name)) {
      check.missing(id, node, port);
    }
  }
  if (node.mode === "bypass") cannotBypass(check, id, node, check.types.outputs(id));
}
