/** The nodes of a graph as rows of a tree: loops hold what stands in their bodies. Pure. */

import type { Graph, GraphNode, Nodes } from "../../graph/model.ts";

export interface OutlineRow {
  readonly id: string;
  readonly node: GraphNode;
  /** 1 at the top. */
  readonly level: number;
  /** Its place among its neighbours, from 1, and how many they are. */
  readonly at: number;
  readonly of: number;
  /** Whether it may be opened: it is a loop with nodes in it. */
  readonly opens: boolean;
  /** The loop it stands in; empty at the top. */
  readonly scope: string;
}

/** The rows that are seen while the loops `closed` are closed. */
export function rowsOf(graph: Graph, closed: ReadonlySet<string>): readonly OutlineRow[] {
  const rows: OutlineRow[] = [];
  const walk = (nodes: Nodes, level: number, scope: string): void => {
    let at = 0;
    for (const [id, node] of nodes) {
      at += 1;
      const opens = node.body !== null && node.body.size > 0;
      rows.push({ id, node, level, at, of: nodes.size, opens, scope });
      if (node.body && !closed.has(id)) walk(node.body, level + 1, id);
    }
  };
  walk(graph.nodes, 1, "");
  return rows;
}

/** The next row after `from`, going round, whose words begin with what was typed. */
export function found(
  rows: readonly OutlineRow[],
  words: (row: OutlineRow) => string,
  from: number,
  text: string,
): OutlineRow | undefined {
  const wanted = text.toLowerCase();
  const order = [...rows.slice(from), ...rows.slice(0, from)];
  return order.find(
    (row) => words(row).toLowerCase().startsWith(wanted) || row.id.toLowerCase().startsWith(wanted),
  );
}
