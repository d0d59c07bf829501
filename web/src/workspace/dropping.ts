/** Files dropped on the page, pasted or chosen: graphs into new tabs, pictures into nodes. */

import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import { addNode } from "../graph/commands/nodes.ts";
import { freshId } from "../graph/edit.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { shownTypes } from "../state/document.ts";
import { say } from "../texts/texts.ts";
import { madeFrom } from "./making.ts";
import { lookInto, openGraph, OpeningError } from "./opening.ts";
import { shownTab } from "./tabs.ts";
import type { Spot } from "./desk.ts";
import type { Work } from "./work.ts";

/** Takes files one after the other; a sentence says what is wrong with one. */
export async function takeFiles(work: Work, files: readonly File[], at?: Spot): Promise<void> {
  const { ask, tell } = work.desk.getState();
  for (const file of files) {
    try {
      const found = await lookInto(file);
      if (found.kind === "graph") {
        openGraph(work, found.graph);
        continue;
      }
      const carried = found.graph ? { graph: found.graph } : await madeFrom(file);
      if (carried) ask({ kind: "dropped", file, ...carried, ...(at ? { at } : {}) });
      else await asImage(work, file, at);
    } catch (error) {
      if (!(error instanceof OpeningError || error instanceof ServerError)) throw error;
      tell({ text: error.message });
    }
  }
}

/** Sends a picture to the server and puts a node that loads it into the graph that is shown. */
export async function asImage(work: Work, file: Blob, at?: Spot): Promise<void> {
  const tab = shownTab(work.tabs.getState());
  if (!tab) return;
  try {
    const { hash } = await server.upload(file);
    const { document } = tab.editor;
    const types = shownTypes(document.getState());
    const scope = at?.scope ?? "";
    const id = freshId(types.graph, "picture");
    const v = types.catalogue.declarations.get("LoadImage")?.version ?? 1;
    const place = at?.place ?? beside(types);
    const params = new Map([["image", hash]]);
    const edit = document.getState().edit;
    edit(say("image.add"), (graph) =>
      addNode(graph, { id, type: "LoadImage", v, scope, params, place }),
    );
    document.getState().select([id]);
  } catch (error) {
    work.desk.getState().tell({ text: error instanceof Error ? error.message : String(error) });
  }
}

/** More than the width of a card that shows a picture. */
const ROOM = 400;

/** A place left of everything: where what is loaded belongs. */
function beside(types: ReturnType<typeof shownTypes>): Point {
  const geometry = geometryOf(types);
  const tops = [...types.scopes.nodes.keys()].filter((id) => types.scopes.home(id) === "");
  if (tops.length === 0) return { x: 0, y: 0 };
  const corners = tops.map((id) => geometry.absolute(id));
  return {
    x: Math.min(...corners.map(({ x }) => x)) - ROOM,
    y: Math.min(...corners.map(({ y }) => y)),
  };
}
