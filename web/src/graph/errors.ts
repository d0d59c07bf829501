/** What is wrong with a graph: a code, a place in it, and a sentence a person can act on. */

/** `path` is the node's id (or `definitions.x.node`), empty for the graph itself. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: string;
  readonly port: string;
  readonly fix: string;
}

export function problem(code: string, message: string, path = "", port = "", fix = ""): Problem {
  return { code, message, path, port, fix };
}

/** A ready-made hint, `Did you mean 'steps'?`, or nothing. */
export function nearest(name: string, known: Iterable<string>): string {
  const wanted = name.toLowerCase();
  let best = "";
  let score = 0.6;
  for (const item of known) {
    const other = item.toLowerCase();
    const found = quick(wanted, other) < score ? 0 : likeness(wanted, other);
    if (found >= score && (found > score || best === "")) {
      best = item;
      score = found;
    }
  }
  return best === "" ? "" : `Did you mean '${best}'?`;
}

/** An upper bound of `likeness`, from the lengths alone. */
function quick(one: string, other: string): number {
  return (2 * Math.min(one.length, other.length)) / Math.max(1, one.length + other.length);
}

/** Ratcliff and Obershelp: twice the matched letters over all letters, 0 to 1. */
function likeness(one: string, other: string): number {
  return (2 * matched(one, other)) / Math.max(1, one.length + other.length);
}

function matched(one: string, other: string): number {
  let size = 0;
  let from = 0;
  let at = 0;
  for (let i = 0; i < one.length; i++) {
    for (let j = 0; j < other.length; j++) {
      let length = 0;
      while (i + length < one.length && one[i + length] === other[j + length]) length++;
      if (length > size) [size, from, at] = [length, i, j];
    }
  }
  if (size === 0) return 0;
  const before = matched(one.slice(0, from), other.slice(0, at));
  return size + before + matched(one.slice(from + size), other.slice(at + size));
}
