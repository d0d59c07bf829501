/** A graph's public face: its inputs and outputs, which are a definition's ports as well. */

import { editNodes, freshName, renamedEntry, rewire, withEntry } from "../edit.ts";
import { ID, makePublicInput, splitWire } from "../model.ts";
import type { Graph, PublicInput } from "../model.ts";
import { cutWires, disconnect } from "./cutting.ts";
import { withViewPort } from "../view.ts";
import { inputTarget } from "../wires.ts";

/**
 * Makes an input port public, under a new name or as one more target of a name there is.
 *
 * A wire to it is cut: a port is set by one thing.
 */
export function exposeInput(graph: Graph, target: string, name?: string): Graph {
  const [id, port] = splitWire(target);
  const known = name === undefined ? undefined : graph.inputs.get(name);
  if (known?.to.includes(target)) return graph;
  const open = unexposeInput(disconnect(graph, inputTarget(id, port)), target);
  const chosen = name ?? freshName(port, (taken) => open.inputs.has(taken));
  const before = open.inputs.get(chosen);
  const input = before
    ? { ...before, to: [...before.to, target] }
    : makePublicInput({ to: [target], title: titleFrom(port) });
  return { ...open, inputs: withEntry(open.inputs, chosen, input) };
}

/** `negative_prompt` as a person reads it: `Negative prompt`. */
function titleFrom(port: string): string {
  const words = port.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Takes one port out of the public input that sets it; an input without ports goes. */
export function unexposeInput(graph: Graph, target: string): Graph {
  const found = [...graph.inputs].find(([, input]) => input.to.includes(target));
  if (!found) return graph;
  const [name, input] = found;
  const to = input.to.filter((wire) => wire !== target);
  const after = to.length > 0 ? { ...input, to } : undefined;
  return { ...graph, inputs: withEntry(graph.inputs, name, after) };
}

/** Makes an output port public, under a new name where none is given. */
export function exposeOutput(graph: Graph, wire: string, name?: string): Graph {
  const chosen = name ?? freshName(splitWire(wire)[1], (taken) => graph.outputs.has(taken));
  return { ...graph, outputs: withEntry(graph.outputs, chosen, wire) };
}

/** Sets the title or the explanation that a form shows. */
export function describeInput(
  graph: Graph,
  name: string,
  texts: Readonly<Partial<Pick<PublicInput, "title" | "about">>>,
): Graph {
  const input = graph.inputs.get(name);
  return input
    ? { ...graph, inputs: withEntry(graph.inputs, name, { ...input, ...texts }) }
    : graph;
}

/** Puts a public input at another place in the form. */
export function reorderInput(graph: Graph, name: string, at: number): Graph {
  const entries = [...graph.inputs];
  const from = entries.findIndex(([known]) => known === name);
  const [entry] = from < 0 ? [] : entries.splice(from, 1);
  if (!entry) return graph;
  entries.splice(at, 0, entry);
  return { ...graph, inputs: new Map(entries) };
}

export type FaceKind = "input" | "output";

/** Why a public name cannot be changed to this; empty where it can. */
export function renameFaceRefusal(graph: Graph, kind: FaceKind, from: string, to: string): string {
  if (from === to) return "";
  if (!ID.test(to)) return `'${to.slice(0, 64)}' cannot be the name of a public ${kind}.`;
  const taken = kind === "input" ? graph.inputs.has(to) : graph.outputs.has(to);
  return taken ? `There is a public ${kind} '${to}' already.` : "";
}

/** Renames a public input or output, at every use of the graph as a node too. */
export function renameFace(
  document: Graph,
  place: string,
  kind: FaceKind,
  from: string,
  to: string,
): Graph {
  const rename = (graph: Graph): Graph =>
    kind === "input"
      ? { ...graph, inputs: renamedEntry(graph.inputs, from, to) }
      : withViewPort({ ...graph, outputs: renamedEntry(graph.outputs, from, to) }, "", from, to);
  return atUses(document, place, rename, (graph, ids) => renamePort(graph, ids, kind, from, to));
}

/** Removes a public input or output, and what was wired to it where the graph is a node. */
export function removeFace(document: Graph, place: string, kind: FaceKind, name: string): Graph {
  const remove = (graph: Graph): Graph =>
    kind === "input"
      ? { ...graph, inputs: withEntry(graph.inputs, name, undefined) }
      : { ...graph, outputs: withEntry(graph.outputs, name, undefined) };
  return atUses(document, place, remove, (graph, ids) => removePort(graph, ids, kind, name));
}

/** Changes one graph, and all that use it as a Subgraph; `ids` are the nodes that do. */
function atUses(
  document: Graph,
  place: string,
  change: (graph: Graph) => Graph,
  atUse: (graph: Graph, ids: ReadonlySet<string>) => Graph,
): Graph {
  if (place === "") return change(document);
  const follow = (graph: Graph): Graph => {
    const ids = new Set<string>();
    editNodes(graph, (node, id) => {
      if (node.type === "Subgraph" && node.graph === place) ids.add(id);
      return node;
    });
    return ids.size > 0 ? atUse(graph, ids) : graph;
  };
  const definitions = new Map(
    [...document.definitions].map(([name, graph]) => [
      name,
      follow(name === place ? change(graph) : graph),
    ]),
  );
  return follow({ ...document, definitions });
}

function renamePort(
  graph: Graph,
  ids: ReadonlySet<string>,
  kind: FaceKind,
  from: string,
  to: string,
): Graph {
  if (kind === "output") {
    return rewire(graph, (wire) => {
      const [id, port] = splitWire(wire);
      return ids.has(id) && port === from ? `${id}.${to}` : wire;
    });
  }
  const made = editNodes(graph, (node, id) =>
    ids.has(id)
      ? {
          ...node,
          params: renamedEntry(node.params, from, to),
          inputs: renamedEntry(node.inputs, from, to),
        }
      : node,
  );
  const inputs = new Map(
    [...made.inputs].map(([name, input]) => {
      const renamed = input.to.map((wire) => {
        const [id, port] = splitWire(wire);
        return ids.has(id) && port === from ? `${id}.${to}` : wire;
      });
      return [name, { ...input, to: renamed }];
    }),
  );
  const faced: Graph = { ...made, inputs };
  return [...ids].reduce((viewed, id) => withViewPort(viewed, id, from, to), faced);
}

function removePort(graph: Graph, ids: ReadonlySet<string>, kind: FaceKind, name: string): Graph {
  if (kind === "output") {
    return cutWires(graph, (wire) => {
      const [id, port] = splitWire(wire);
      return ids.has(id) && port === name;
    });
  }
  const made = editNodes(graph, (node, id) =>
    ids.has(id)
      ? {
          ...node,
          params: withEntry(node.params, name, undefined),
          inputs: withEntry(node.inputs, name, undefined),
        }
      : node,
  );
  return [...ids].reduce((open, id) => unexposeInput(open, `${id}.${name}`), made);
}
