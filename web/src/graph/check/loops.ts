/** Checks of Repeat and Map: what they go over, what they carry, what leaves their bodies. */

import { fits, sequenceOf } from "../catalogue.ts";
import { isList, quoted, shown } from "../json.ts";
import type { Json } from "../json.ts";
import { ID, RESERVED, splitWire } from "../model.ts";
import type { GraphNode } from "../model.ts";
import { NOTHING_KNOWN, UNKNOWN, article, typedIn } from "../types.ts";
import type { OutType } from "../types.ts";
import type { Checker } from "./checker.ts";
import { cannotBypass } from "./declared.ts";

export const MAX_TURNS = 10_000;

/** Reports every problem of a Repeat itself; its body's nodes are checked as all others. */
export function checkRepeat(check: Checker, id: string, node: GraphNode): void {
  check.foreignFields(id, node, ["body", "next", "collect", "show"]);
  checkOver(check, id, node);
  const carried = new Set([
    ...node.inputs.keys(),
    ...node.params.keys(),
    ...publicPorts(check, id),
  ]);
  carried.delete("over");
  for (const name of carried) checkCarried(check, id, node, name);
  for (const [name, wire] of node.next) {
    const after = check.source(wire, id, id, name);
    if (carried.has(name)) checkGoesOn(check, id, name, after);
    else if (RESERVED.has(name)) check.add("bad_id", `'${name}' is reserved.`, id, name);
    else if (!check.isOff(id)) {
      const message = `\`next\` sets '${name}', which has no initial value.`;
      const fix = check.hint(name, carried) || "Wire one under inputs.";
      check.add("missing_input", message, id, name, fix);
    }
  }
  checkBody(check, id, node);
  if (node.show !== "") check.source(node.show, id, id, "show");
  if (node.mode === "bypass") cannotBypass(check, id, node, [...node.collect.keys()]);
}

/** Reports every problem of a Map itself. */
export function checkMap(check: Checker, id: string, node: GraphNode): void {
  check.foreignFields(id, node, ["body", "collect"]);
  checkOver(check, id, node);
  for (const name of new Set([...node.inputs.keys(), ...node.params.keys()])) {
    if (name !== "over") check.unknownInput(id, node, name);
  }
  checkBody(check, id, node);
  if (node.mode === "bypass") cannotBypass(check, id, node, [...node.collect.keys()]);
}

function publicPorts(check: Checker, id: string): string[] {
  return [...check.types.public.keys()].flatMap((wire) => {
    const [target, port] = splitWire(wire);
    return target === id ? [port] : [];
  });
}

function checkOver(check: Checker, id: string, node: GraphNode): void {
  const wire = node.inputs.get("over");
  const value = node.params.get("over");
  if (typeof wire === "string") {
    const kind = check.source(wire, check.types.scopes.home(id), id, "over").name;
    if (kind === UNKNOWN || kind === "int" || sequenceOf(kind) !== "") return;
    const message = `wants an integer or a sequence, '${wire}' is ${article(kind)}.`;
    check.add("port_type_mismatch", message, id, "over");
  } else if (wire !== undefined) check.oneWire(id, "over", wire);
  else if (value !== undefined) checkTypedOver(check, id, value);
  else if (!check.mayLack(id, "over")) {
    check.add("missing_input", `${node.type} needs 'over', an integer or a sequence.`, id, "over");
  }
}

function checkTypedOver(check: Checker, id: string, over: Json): void {
  const count = isList(over) ? over.length : over;
  if (typeof count !== "number" || !Number.isInteger(count)) {
    const message = `wants an integer or a list, this is ${shown(over)}.`;
    check.add("wrong_type", message, id, "over");
  } else if (count < 0 || count > MAX_TURNS) {
    const message = `wants 0 to ${MAX_TURNS.toLocaleString("en")} turns, this is ${shown(count)}.`;
    check.add("out_of_range", message, id, "over");
  } else if (isList(over) && over.length > 0 && typedIn(over) === NOTHING_KNOWN) {
    check.add("wrong_type", "wants items of one plain type.", id, "over");
  }
}

function checkCarried(check: Checker, id: string, node: GraphNode, name: string): void {
  if (RESERVED.has(name) || !ID.test(name)) {
    check.add("bad_id", `${quoted(name)} cannot be a carried value's name.`, id, name);
  } else if (!node.next.has(name)) {
    const message = "is carried by the Repeat, but `next` does not say its next value.";
    check.add("missing_input", message, id, name, `Add "${name}" under next.`);
  } else if (!node.inputs.has(name) && !node.params.has(name) && !check.mayLack(id, name)) {
    check.add("missing_input", "has no initial value.", id, name);
  }
  const wire = node.inputs.get(name);
  if (typeof wire === "string") check.source(wire, check.types.scopes.home(id), id, name);
  else if (wire !== undefined) check.oneWire(id, name, wire);
}

function checkGoesOn(check: Checker, id: string, name: string, after: OutType): void {
  const before = check.types.of({ node: id, port: name, side: "inside" }) ?? NOTHING_KNOWN;
  if (after.name === UNKNOWN || before.name === UNKNOWN) return;
  if (fits(check.catalogue, after.name, before.name)) return;
  const message = `starts as ${article(before.name)}, but \`next\` gives ${article(after.name)}.`;
  check.add("port_type_mismatch", message, id, name);
}

function checkBody(check: Checker, id: string, node: GraphNode): void {
  if ((node.body?.size ?? 0) === 0) {
    check.add("empty_graph", `${node.type} has no body.`, id, "body");
  }
  for (const [name, wire] of node.collect) {
    if (RESERVED.has(name)) check.add("bad_id", `'${name}' is reserved.`, id, name);
    else if (node.next.has(name)) {
      check.add("bad_id", `the name '${name}' is taken by \`next\`.`, id, name);
    }
    check.source(wire, id, id, name);
  }
}
