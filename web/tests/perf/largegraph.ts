/** One graph of many nodes, for the editor and for a LiteGraph page: the same places, the same wires. */

export const COUNT = 1_000;
const COLUMNS = 40;
const STEP = { x: 300, y: 200 } as const;

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** The nodes its two inputs come from; none for every tenth: a number, typed into it. */
  readonly from: readonly number[];
}

export function placed(): readonly Placed[] {
  return Array.from({ length: COUNT }, (_, at) => ({
    id: `n${at}`,
    x: (at % COLUMNS) * STEP.x,
    y: Math.floor(at / COLUMNS) * STEP.y,
    from: at % 10 === 0 ? [] : [at - 1, Math.max(0, at - 1 - ((at * 7) % 13))],
  }));
}

/** As a graph file. */
export function graphFile(): unknown {
  const nodes = placed();
  return {
    format: 1,
    title: "Large",
    nodes: Object.fromEntries(
      nodes.map(({ id, from: [a, b] }) => [
        id,
        a === undefined || b === undefined
          ? { type: "Number" }
          : { type: "Math", inputs: { a: `n${a}.value`, b: `n${b}.value` } },
      ]),
    ),
    view: { nodes: Object.fromEntries(nodes.map(({ id, x, y }) => [id, { x, y }])) },
  };
}
