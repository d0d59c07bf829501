/** What an input's file is to the mask that comes of it, and which picture that mask is for. Pure. */

import type { Json } from "../graph/json.ts";
import { splitWire } from "../graph/model.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import { isProblem } from "../graph/scopes.ts";
import { scopeOfTarget, wiresOf } from "../graph/wires.ts";
import type { Size } from "./view.ts";

/** Which channel of the file the node reads: white is repainted; of alpha, what is transparent. */
export type Channel = "grey" | "alpha" | "red" | "green" | "blue";
const CHANNELS: ReadonlySet<Json> = new Set(["grey", "alpha", "red", "green", "blue"]);
const isChannel = (value: Json): value is Channel => CHANNELS.has(value);

/** `cutout`: the file is a picture, its mask is where it is transparent. */
export type Subject =
  | { readonly kind: "mask"; readonly channel: Channel; readonly inverted: boolean }
  | { readonly kind: "cutout" };

/** A picture in the graph: the file it is read from, and the wire that carries it. */
export interface Beneath {
  /** A hash or a name as the node has it; empty where no file is chosen or it is computed. */
  readonly file: string;
  readonly wire: string;
}

/** What painting at a picture input (`node.port`) would make; null where no mask comes of it. */
export function subjectOf(types: PortTypes, target: string): Subject | null {
  const [id, port] = splitWire(target);
  const node = types.scopes.nodes.get(id);
  const declaration = node && types.catalogue.declarations.get(node.type);
  if (!node || declaration?.inputs.get(port)?.widget?.kind !== "image") return null;
  const outputs = [...declaration.outputs.values()];
  const mask = outputs.find(({ type }) => type === "Mask");
  if (!mask) return null;
  if (outputs.some(({ type }) => type === "Image"))
    return edgesOf(types).some(({ from, port: read }) => from === id && read === mask.name)
      ? { kind: "cutout" }
      : null;
  const set = (name: string): Json | undefined =>
    node.params.get(name) ?? declaration.inputs.get(name)?.default;
  const channel = set("channel") ?? "grey";
  return {
    kind: "mask",
    channel: isChannel(channel) ? channel : "grey",
    inverted: set("invert") === true,
  };
}

/**
 * The picture that the mask of a node is for: the nearest that is read from a file by whatever
 * reads the mask too, else the nearest that is computed. Null where there is none.
 */
export function beneathOf(types: PortTypes, id: string): Beneath | null {
  const edges = edgesOf(types);
  let computed: Beneath | null = null;
  for (const reader of readersOf(edges, id)) {
    const seen = new Set([id, reader]);
    for (const at of seen) {
      for (const edge of edges) {
        if (edge.to !== at || edge.from === id) continue;
        if (edge.type === "Image") {
          const found = fileOf(types, edge.from);
          if (found !== "") return { file: found, wire: `${edge.from}.${edge.port}` };
          computed ??= edge.inside ? null : { file: "", wire: `${edge.from}.${edge.port}` };
        }
        if (edge.type === "Image" || edge.type === "Latent") seen.add(edge.from);
      }
    }
  }
  return computed;
}

/** The wire of the mask that a node gives; empty where it gives none. */
export function maskWireOf(types: PortTypes, id: string): string {
  const type = types.scopes.nodes.get(id)?.type ?? "";
  const outputs = types.catalogue.declarations.get(type)?.outputs.values() ?? [];
  const found = [...outputs].find((output) => output.type === "Mask");
  return found ? `${id}.${found.name}` : "";
}

/** The size that pictures of the graph begin with; null where it does not say. */
export function sizeIn(types: PortTypes): Size | null {
  for (const [id, node] of types.scopes.nodes) {
    const side = (name: string): number => {
      const value = node.params.get(name) ?? types.target(`${id}.${name}`)?.default;
      return typeof value === "number" ? value : 0;
    };
    const outputs = types.catalogue.declarations.get(node.type)?.outputs.values() ?? [];
    const makes = [...outputs].some(({ type }) => type === "Latent" || type === "Image");
    if (makes && side("width") > 0 && side("height") > 0)
      return { width: side("width"), height: side("height") };
  }
  return null;
}

interface Edge {
  readonly from: string;
  readonly port: string;
  /** The node that reads it; empty for a public output. */
  readonly to: string;
  readonly type: string;
  /** Read in the loop whose own turn it is: outside there is no such wire. */
  readonly inside: boolean;
}

function edgesOf(types: PortTypes): readonly Edge[] {
  return wiresOf(types.graph).flatMap(({ source, target }): readonly Edge[] => {
    const found = types.scopes.resolve(source, scopeOfTarget(types.graph, target));
    if (isProblem(found)) return [];
    const type = types.of(found)?.name ?? "";
    const { node: from, port, side } = found;
    return [{ from, port, to: target.node, type, inside: side === "inside" }];
  });
}

/** Whoever reads the mask, the nearest first: what gives a mask again is read on. */
function readersOf(edges: readonly Edge[], id: string): readonly string[] {
  const found = new Set([id]);
  for (const at of found)
    for (const { from, to, type } of edges)
      if (from === at && type === "Mask" && to !== "") found.add(to);
  found.delete(id);
  return [...found];
}

/** The file that a node reads its picture from; empty where it reads none. */
function fileOf(types: PortTypes, id: string): string {
  const node = types.scopes.nodes.get(id);
  const inputs = types.catalogue.declarations.get(node?.type ?? "")?.inputs.values() ?? [];
  for (const { name, widget } of inputs) {
    const value = node?.params.get(name);
    if (widget?.kind === "image" && typeof value === "string") return value;
  }
  return "";
}
