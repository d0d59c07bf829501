/** What one click would do about a problem: found from the graph, not from its sentence. Pure. */

import { exposeOutput } from "../graph/commands/faces.ts";
import { disconnect } from "../graph/commands/cutting.ts";
import { resetParam, setMode, setParam } from "../graph/commands/nodes.ts";
import { applyFix, connect } from "../graph/commands/wiring.ts";
import { Connector } from "../graph/connect.ts";
import { nearestAllowed } from "../graph/arithmetic.ts";
import { editNode, renamedEntry, withEntry } from "../graph/edit.ts";
import type { Problem } from "../graph/errors.ts";
import type { Input } from "../graph/catalogue.ts";
import type { Graph, GraphNode } from "../graph/model.ts";
import { wireList } from "../graph/model.ts";
import { checkValue } from "../graph/plain.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import { scopesOf } from "../graph/scopes.ts";
import { positionOf } from "../graph/view.ts";
import { inputTarget, wireAt } from "../graph/wires.ts";
import type { Target } from "../graph/wires.ts";
import { say } from "../texts/texts.ts";
import { sourcesFor } from "../widgets/sources.ts";

export interface OneClick {
  readonly label: string;
  readonly command: (graph: Graph, types: PortTypes) => Graph;
}

/** What would help against a problem of the node `id` (empty: of the graph itself). */
export function fixesFor(types: PortTypes, id: string, found: Problem): readonly OneClick[] {
  const node = types.scopes.nodes.get(id);
  if (!node) return id === "" ? ofGraph(types, found) : [];
  switch (found.code) {
    case "port_type_mismatch":
    case "dangling_edge":
    case "unknown_port":
    case "leaves_body":
    case "bad_wire":
    case "cycle":
      return ofWire(types, id, node, found);
    case "missing_input":
      return wireOne(types, id, found.port);
    case "unknown_input":
      return ofName(id, node, found);
    case "unknown_node_type":
      return hinted(found).map((type) => ({
        label: say("problems.fix.type", { type }),
        command: (graph) => editNode(graph, id, (one) => ({ ...one, type })),
      }));
    case "cannot_bypass":
      return [
        { label: say("problems.fix.mute"), command: (graph) => setMode(graph, [id], "mute") },
      ];
    default:
      return ofValue(types, id, node, found);
  }
}

/** The name in `Did you mean 'x'?`, with which both validators begin a fix. */
function hinted({ fix }: Problem): readonly string[] {
  const name = /^Did you mean '([^']+)'\?(?= |$)/.exec(fix)?.[1];
  return name === undefined ? [] : [name];
}

function ofWire(
  types: PortTypes,
  id: string,
  node: GraphNode,
  found: Problem,
): readonly OneClick[] {
  return targetsAt(id, node, found.port).flatMap((target) => {
    const source = wireAt(types.graph, target);
    if (source === undefined) return [];
    const made: OneClick[] = [];
    const refusal =
      found.code === "port_type_mismatch" ? new Connector(types, source).refusal(target) : null;
    const fix = refusal?.fix;
    if (fix?.kind === "insert") {
      const at = positionOf(types.graph, id);
      const place = at ? { x: at.x - 280, y: at.y } : undefined;
      const label = say("problems.fix.insert", { type: fix.type });
      made.push({
        label,
        command: (graph, now) => applyFix(graph, now, { source, target }, fix, place),
      });
    }
    const cut = say("problems.fix.cut", { wire: source });
    return [...made, { label: cut, command: (graph: Graph) => disconnect(graph, target) }];
  });
}

/** The ends that a port's name may mean: an input, or on a loop's right rail. */
function targetsAt(id: string, node: GraphNode, port: string): readonly Target[] {
  const wires = wireList(node.inputs.get(port));
  const inputs =
    wires.length > 1
      ? wires.map((_, at) => inputTarget(id, port, at))
      : wires.map(() => inputTarget(id, port));
  if (inputs.length > 0) return inputs;
  if (node.next.has(port)) return [{ kind: "next", node: id, port }];
  if (node.collect.has(port)) return [{ kind: "collect", node: id, port }];
  return port === "show" && node.show !== "" ? [{ kind: "show", node: id, port: "" }] : [];
}

/** The nearest output that fits a required input. */
function wireOne(types: PortTypes, id: string, port: string): readonly OneClick[] {
  const target = inputTarget(id, port);
  const plain = types.target(`${id}.${port}`)?.plain ?? null;
  if (port === "" || plain !== null) return [];
  const option = sourcesFor(types, target).find(({ refusal }) => refusal === null);
  if (!option) return [];
  const label = say("problems.fix.wire", { wire: option.wire });
  return [
    {
      label,
      command: (graph, now) =>
        connect(graph, now, { source: option.wire, side: option.side, target }),
    },
  ];
}

function ofName(id: string, node: GraphNode, found: Problem): readonly OneClick[] {
  const { port } = found;
  const renames = hinted(found)
    .filter((name) => !node.params.has(name) && !node.inputs.has(name))
    .map((name) => ({
      label: say("problems.fix.rename", { name }),
      command: (graph: Graph) =>
        editNode(graph, id, (one) => ({
          ...one,
          params: renamedEntry(one.params, port, name),
          inputs: renamedEntry(one.inputs, port, name),
        })),
    }));
  return [
    ...renames,
    {
      label: say("problems.fix.remove", { port }),
      command: (graph) =>
        editNode(graph, id, (one) => ({
          ...one,
          params: withEntry(one.params, port, undefined),
          inputs: withEntry(one.inputs, port, undefined),
        })),
    },
  ];
}

/** A typed value that does not fit: the nearest that does, or the default. */
function ofValue(
  types: PortTypes,
  id: string,
  node: GraphNode,
  found: Problem,
): readonly OneClick[] {
  const { port } = found;
  const value = node.params.get(port);
  if (value === undefined) return [];
  const declared = types.input(node, port);
  const made: OneClick[] = hinted(found).map((name) => ({
    label: say("problems.fix.choose", { value: name }),
    command: (graph) => setParam(graph, id, port, name),
  }));
  const nearest = declared && typeof value === "number" ? nearestNumber(declared, value) : null;
  if (nearest !== null) {
    made.push({
      label: say("problems.fix.set", { value: nearest }),
      command: (graph) => setParam(graph, id, port, nearest),
    });
  }
  if (made.length === 0 && declared && !declared.required) {
    made.push({
      label: say("problems.fix.reset"),
      command: (graph) => resetParam(graph, id, port),
    });
  }
  return made;
}

function nearestNumber({ plain }: Input, value: number): number | null {
  if (!plain || (plain.kind !== "int" && plain.kind !== "float")) return null;
  const nearest = nearestAllowed(plain, value);
  return nearest !== value && checkValue(plain, nearest) === null ? nearest : null;
}

/** A graph without outputs gives nothing: each output that nobody reads could be one. */
function ofGraph(types: PortTypes, found: Problem): readonly OneClick[] {
  if (found.code !== "no_outputs") return [];
  const { graph } = types;
  const ends = [...graph.nodes.keys()].flatMap((id) =>
    types.outputs(id).map((port) => `${id}.${port}`),
  );
  const wire = ends.at(-1);
  if (wire === undefined) return [];
  return [
    {
      label: say("problems.fix.public", { wire }),
      command: (now) => (scopesOf(now).nodes.size > 0 ? exposeOutput(now, wire) : now),
    },
  ];
}
