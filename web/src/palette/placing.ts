/** A new node where the palette was opened, wired to the loose end that it was opened for. */

import { addNode } from "../graph/commands/nodes.ts";
import { connect } from "../graph/commands/wiring.ts";
import type { Connection } from "../graph/connect.ts";
import { Connector } from "../graph/connect.ts";
import { freshId, stemOf } from "../graph/edit.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Graph } from "../graph/model.ts";
import { PortTypes } from "../graph/porttypes.ts";
import { roomFor } from "../graph/room.ts";
import type { Entry } from "../graph/search.ts";
import { moveNodes } from "../graph/commands/moving.ts";
import { shownTypes } from "../state/document.ts";
import type { DocumentState, DocumentStore } from "../state/document.ts";
import type { Loose, PaletteAt } from "../state/ui.ts";

/**
 * Those entries of which a new node could take the loose end. For an input that wants something,
 * those come first that make it from nothing: nothing else needs to be wired to them.
 */
export function fitting(
  state: DocumentState,
  entries: readonly Entry[],
  at: PaletteAt,
): readonly Entry[] {
  const types = shownTypes(state);
  const { loose } = at;
  if (!loose) return entries;
  const found = entries.filter((entry) => {
    const { graph, id } = added(types.graph, types, entry, at);
    return joint(new PortTypes(graph, types.catalogue, types.parts), id, loose) !== null;
  });
  if ("from" in loose) return found;
  return [
    ...found.filter((entry) => isMaker(types, entry)),
    ...found.filter((entry) => !isMaker(types, entry)),
  ];
}

/** Whether a node of this type works without a wire. */
function isMaker(types: PortTypes, { type }: Entry): boolean {
  const declared = types.catalogue.declarations.get(type);
  if (!declared) return false;
  return [...declared.inputs.values()].every(({ required, plain }) => !required || plain !== null);
}

export function add(document: DocumentStore, entry: Entry, at: PaletteAt): void {
  const types = shownTypes(document.getState());
  let made = "";
  document.getState().edit(`Add ${entry.label}`, (graph) => {
    const { graph: grown, id } = added(graph, types, entry, at);
    made = id;
    const trial = new PortTypes(grown, types.catalogue, types.parts);
    const found = at.loose ? joint(trial, id, at.loose) : null;
    const joined = found ? connect(grown, trial, found) : grown;
    return level(joined, types, id, at, found);
  });
  document.getState().select([made]);
}

function added(
  graph: Graph,
  types: PortTypes,
  entry: Entry,
  at: PaletteAt,
): { graph: Graph; id: string } {
  const id = freshId(graph, entry.graph || stemOf(entry.type));
  const v = types.catalogue.declarations.get(entry.type)?.version ?? 1;
  const part = entry.graph === "" ? {} : { graph: entry.graph };
  const { scope, place } = at;
  return { graph: addNode(graph, { id, type: entry.type, v, scope, place, ...part }), id };
}

/** The first port of a new node that the loose end may be wired to. */
function joint(types: PortTypes, id: string, loose: Loose): Connection | null {
  const ends = geometryOf(types).shape(id).handles;
  for (const end of ends) {
    if ("from" in loose) {
      if (!end.target || end.side) continue;
      const connector = new Connector(types, loose.from, loose.side);
      if (connector.refusal(end.target) === null) {
        return {
          source: loose.from,
          target: end.target,
          ...(loose.side ? { side: loose.side } : {}),
        };
      }
    } else if (!end.target) {
      const connector = new Connector(types, `${id}.${end.port}`, end.side);
      if (connector.refusal(loose.to) === null) {
        return {
          source: `${id}.${end.port}`,
          target: loose.to,
          ...(end.side ? { side: end.side } : {}),
        };
      }
    }
  }
  return null;
}

/**
 * The port that was wired stands where the wire was dropped, or below, where the card covers no
 * other; without a wire, the card's head stands where it was asked for.
 */
function level(
  graph: Graph,
  types: PortTypes,
  id: string,
  at: PaletteAt,
  found: Connection | null,
): Graph {
  const geometry = geometryOf(new PortTypes(graph, types.catalogue, types.parts));
  const shape = geometry.shape(id);
  const end = shape.handles.find((handle) =>
    found?.target.node === id
      ? handle.target?.port === found.target.port
      : found?.source === `${id}.${handle.port}` && !handle.target,
  );
  const by = end ? { x: end.x, y: end.y } : { x: shape.width / 2, y: 16 };
  const wanted = { x: at.place.x - by.x, y: at.place.y - by.y };
  const place = at.loose ? roomFor(geometry, at.scope, wanted, shape, id) : wanted;
  return moveNodes(graph, new Map([[id, place]]));
}
