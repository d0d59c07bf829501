/** A node's documentation taken apart: what it says of each port, and the rest. Pure. */

import type { Declaration } from "../graph/catalogue.ts";

export interface NodeDocs {
  /** What is said of a port, by its name. */
  readonly ports: ReadonlyMap<string, string>;
  /** The paragraphs that are about the node as a whole. */
  readonly rest: readonly string[];
}

/** `name, other: what they are.` at the beginning of a sentence. */
const PORTS = /(?<=^|[.;]\s+)([a-z_]\w*(?:, [a-z_]\w*)*): /g;
/** Sentences that end what is said of a port. */
const WHOLE = /(?<=^|[.;]\s+)(?:Errors:|Files:|(?:Gives|Without|With|For)\b)/;

const known = new WeakMap<Declaration, NodeDocs>();

export function docsOf(declaration: Declaration): NodeDocs {
  let docs = known.get(declaration);
  if (!docs) {
    docs = read(declaration);
    known.set(declaration, docs);
  }
  return docs;
}

function read({ doc, inputs, outputs }: Declaration): NodeDocs {
  const ports = new Map<string, string>();
  const rest: string[] = [];
  for (const paragraph of doc.split(/\n\s*\n/)) {
    const text = paragraph.replace(/\s+/g, " ").trim();
    const marks = [...text.matchAll(PORTS)]
      .map((found) => ({
        names: (found[1] ?? "").split(", "),
        start: found.index,
        end: found.index + found[0].length,
      }))
      .filter(({ names }) => names.every((name) => inputs.has(name) || outputs.has(name)));
    let left = text.slice(0, marks[0]?.start ?? text.length);
    marks.forEach(({ names, end }, at) => {
      const piece = text.slice(end, marks[at + 1]?.start ?? text.length);
      const cut = piece.search(WHOLE);
      const own = (cut < 0 ? piece : piece.slice(0, cut)).trim();
      if (cut >= 0) left += ` ${piece.slice(cut)}`;
      for (const name of names)
        ports.set(name, [ports.get(name) ?? "", own].filter(Boolean).join(" "));
    });
    if (left.trim() !== "") rest.push(left.replace(/\s+/g, " ").trim());
  }
  return { ports, rest };
}
