/** What is another in one graph than in another, as lines for people. Pure; knows no texts. */

import { isList, sameJson } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import type { Graph, GraphNode, PublicInput } from "../graph/model.ts";
import { scopesOf } from "../graph/scopes.ts";

/** One difference. `before` or `after` is missing where there is nothing on that side. */
export interface Difference {
  /** `positive.text`, `guide`, `title`; in a definition `sampler/guide.scale`. */
  readonly where: string;
  readonly before?: string;
  readonly after?: string;
}

export interface Differences {
  readonly lines: readonly Difference[];
  /** How many nodes only stand elsewhere or look another way. */
  readonly moved: number;
}

export function differences(before: Graph, after: Graph): Differences {
  const lines: Difference[] = [];
  compareGraphs(before, after, "", lines);
  return { lines, moved: movedNodes(before, after) };
}

function compareGraphs(before: Graph, after: Graph, prefix: string, lines: Difference[]): void {
  value(lines, `${prefix}title`, before.title || undefined, after.title || undefined);
  value(lines, `${prefix}about`, before.about || undefined, after.about || undefined);
  compareNodes(before, after, prefix, lines);
  for (const name of namesOf(before.inputs, after.inputs)) {
    value(
      lines,
      `${prefix}inputs.${name}`,
      faceText(before.inputs.get(name)),
      faceText(after.inputs.get(name)),
    );
  }
  for (const name of namesOf(before.outputs, after.outputs)) {
    value(lines, `${prefix}outputs.${name}`, before.outputs.get(name), after.outputs.get(name));
  }
  for (const name of namesOf(before.definitions, after.definitions)) {
    const one = before.definitions.get(name);
    const other = after.definitions.get(name);
    if (one && other) compareGraphs(one, other, `${prefix}${name}/`, lines);
    else
      value(lines, `${prefix}${name}`, one && (one.title || name), other && (other.title || name));
  }
}

function compareNodes(before: Graph, after: Graph, prefix: string, lines: Difference[]): void {
  const one = scopesOf(before);
  const other = scopesOf(after);
  for (const id of namesOf(one.nodes, other.nodes)) {
    const old = one.nodes.get(id);
    const now = other.nodes.get(id);
    const where = prefix + id;
    if (old?.type !== now?.type) value(lines, where, old?.type, now?.type);
    else if (old && now) {
      if (one.home(id) !== other.home(id))
        value(lines, `${where} in`, one.home(id) || "—", other.home(id) || "—");
      compareNode(old, now, where, lines);
    }
  }
}

function compareNode(old: GraphNode, now: GraphNode, where: string, lines: Difference[]): void {
  if (old === now) return;
  for (const field of ["mode", "graph", "show"] as const) {
    value(lines, `${where}.${field}`, old[field] || undefined, now[field] || undefined);
  }
  for (const port of namesOf(
    new Map([...old.params, ...old.inputs]),
    new Map([...now.params, ...now.inputs]),
  )) {
    given(lines, `${where}.${port}`, portOf(old, port), portOf(now, port));
  }
  for (const field of ["next", "collect"] as const) {
    for (const name of namesOf(old[field], now[field])) {
      value(
        lines,
        `${where}.${field}.${name}`,
        wireText(old[field].get(name)),
        wireText(now[field].get(name)),
      );
    }
  }
}

type Given = { readonly wire: Json } | { readonly value: Json } | null;

function portOf(node: GraphNode, port: string): Given {
  const wire = node.inputs.get(port);
  if (wire !== undefined) return { wire };
  const typed = node.params.get(port);
  return typed === undefined ? null : { value: typed };
}

function given(lines: Difference[], where: string, one: Given, other: Given): void {
  if (sameJson(one, other)) return;
  value(lines, where, givenText(one), givenText(other));
}

function givenText(one: Given): string | undefined {
  if (one === null) return undefined;
  return "wire" in one ? wireText(one.wire) : valueText(one.value);
}

function wireText(wire: Json | undefined): string | undefined {
  if (wire === undefined) return undefined;
  return `⟵ ${isList(wire) ? wire.map(valueText).join(", ") : valueText(wire)}`;
}

/** A value as it is read: texts without quotes, all else as JSON. */
export function valueText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function faceText(input: PublicInput | undefined): string | undefined {
  return input && `${input.title === "" ? "" : `${input.title} `}→ ${input.to.join(", ")}`;
}

function value(
  lines: Difference[],
  where: string,
  before: string | undefined,
  after: string | undefined,
): void {
  if (before === after) return;
  lines.push({
    where,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

function namesOf(
  one: ReadonlyMap<string, unknown>,
  other: ReadonlyMap<string, unknown>,
): ReadonlySet<string> {
  return new Set([...one.keys(), ...other.keys()]);
}

function movedNodes(before: Graph, after: Graph): number {
  const [one, other] = [before.view.nodes, after.view.nodes].map(
    (nodes) =>
      new Map(
        Object.entries(
          typeof nodes === "object" && nodes !== null
            ? (nodes as Readonly<Record<string, Json>>)
            : {},
        ),
      ),
  ) as [Map<string, Json>, Map<string, Json>];
  return [...namesOf(one, other)].filter(
    (id) =>
      !sameJson(one.get(id), other.get(id)) &&
      scopesOf(before).nodes.has(id) &&
      scopesOf(after).nodes.has(id),
  ).length;
}
