/** Cards let go of: moved, into a loop or out of one, onto a wire. Loads late. */

import { moveInto } from "../graph/commands/loops.ts";
import { moveNodes } from "../graph/commands/moving.ts";
import { fitOnWire, insertOnWire } from "../graph/commands/wiring.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { wiredAt } from "../graph/wiredports.ts";
import { wiresOf } from "../graph/wires.ts";
import { shownTypes } from "../state/document.ts";
import type { Editor } from "../state/editor.ts";
import type { Card } from "./flow.ts";
import { scopeAt, within } from "./position.ts";
import { wireUnder } from "./under.ts";

/** `point` is where on the canvas it was let go, `screen` where on the screen. */
export function drop(editor: Editor, dragged: readonly Card[], point: Point, screen: Point): void {
  const document = editor.document.getState();
  const geometry = geometryOf(shownTypes(document));
  const moved = dragged.filter(({ id, position }) => {
    const before = geometry.place(id);
    return Math.round(position.x) !== before.x || Math.round(position.y) !== before.y;
  });
  if (moved.length === 0) return;
  const ids = moved.map(({ id }) => id);
  const places = new Map(moved.map(({ id, position }) => [id, position]));
  const home = geometry.types.scopes.home(ids[0] ?? "");
  const scope = scopeAt(geometry, point, insides(geometry, ids));
  if (scope !== home) {
    intoScope(editor, geometry, ids, places, scope);
    return;
  }
  const only = ids.length === 1 ? ids[0] : undefined;
  if (only !== undefined && ontoWire(editor, only, places, screen)) return;
  document.edit(ids.length === 1 ? "Move a node" : `Move ${ids.length} nodes`, (graph) =>
    moveNodes(graph, places),
  );
}

/** The dragged loops and those in them: nothing is dropped into itself. */
function insides(geometry: Geometry, ids: readonly string[]): ReadonlySet<string> {
  const { scopes } = geometry.types;
  const all = [...scopes.nodes.keys()];
  return new Set(
    all.filter((id) => [id, ...scopes.enclosing(scopes.home(id))].some((one) => ids.includes(one))),
  );
}

function intoScope(
  editor: Editor,
  geometry: Geometry,
  ids: readonly string[],
  places: ReadonlyMap<string, Point>,
  scope: string,
): void {
  const { edit } = editor.document.getState();
  const home = geometry.types.scopes.home(ids[0] ?? "");
  const from = home === "" ? { x: 0, y: 0 } : geometry.absolute(home);
  const inScope = new Map(
    [...places].map(
      ([id, { x, y }]) => [id, within(geometry, scope, { x: x + from.x, y: y + from.y })] as const,
    ),
  );
  let said = "";
  edit(scope === "" ? "Move out of a loop" : `Move into '${scope}'`, (graph, types) => {
    const outcome = moveInto(graph, types, ids, scope);
    if ("refusal" in outcome) {
      said = outcome.refusal;
      return moveNodes(graph, places);
    }
    if (outcome.cut.length > 0) said = `${outcome.cut.length} wires had to be cut.`;
    return moveNodes(outcome.graph, inScope);
  });
  if (said) editor.ui.getState().say(said);
}

/** A card without wires, dropped on a wire, is put on it. */
function ontoWire(
  editor: Editor,
  id: string,
  places: ReadonlyMap<string, Point>,
  screen: Point,
): boolean {
  const document = editor.document.getState();
  const types = shownTypes(document);
  if (wiredAt(types.graph, id).size > 0) return false;
  const key = wireUnder(screen);
  const wire = wiresOf(types.graph).find((one) => one.key === key);
  const node = types.scopes.nodes.get(id);
  if (!wire || !node) return false;
  const ports = fitOnWire(types.graph, types, node.type, wire.target);
  if (!ports) return false;
  document.edit("Insert on a wire", (graph, now) =>
    moveNodes(insertOnWire(graph, now, id, wire.target, ports), places),
  );
  return true;
}
