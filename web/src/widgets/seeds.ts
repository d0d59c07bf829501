/**
 * Seeds over runs: which one made the newest picture, and what comes after it.
 *
 * What a seed does after a run is kept in the graph's view, which changes no result.
 */

import { createStore } from "zustand/vanilla";
import { useStore } from "zustand";
import * as server from "../api/server.ts";
import { editAt } from "../graph/edit.ts";
import { field, isObject, withField, NO_FIELDS, MAX_INT } from "../graph/json.ts";
import type { Graph } from "../graph/model.ts";
import { setParam } from "../graph/commands/nodes.ts";
import { parse } from "../graph/parse.ts";
import { scopesOf } from "../graph/scopes.ts";
import { nodeField, withNodeView } from "../graph/view.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import type { Editor } from "../state/editor.ts";
import { useEditor } from "../state/editor.ts";

export type SeedMode = "fixed" | "random" | "increment";
export const SEED_MODES: readonly SeedMode[] = ["fixed", "random", "increment"];

export function seedMode(graph: Graph, id: string, port: string): SeedMode {
  const found = field(nodeField(graph, id, "seed"), port);
  return found === "random" || found === "increment" ? found : "fixed";
}

export function setSeedMode(graph: Graph, id: string, port: string, mode: SeedMode): Graph {
  const before = nodeField(graph, id, "seed");
  const modes = withField(
    isObject(before) ? before : NO_FIELDS,
    port,
    mode === "fixed" ? undefined : mode,
  );
  return withNodeView(graph, id, { seed: Object.keys(modes).length > 0 ? modes : undefined });
}

/** A seed nobody chose, of at most nine digits: a card shows them all. */
export function randomSeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed % 1_000_000_000;
}

function after(mode: SeedMode, seed: number): number {
  if (mode === "random") return randomSeed();
  return mode === "increment" ? (seed < MAX_INT ? seed + 1 : 0) : seed;
}

/** The seeds typed into a document: by `place`, then `node.port`. */
export function seedsIn(document: Graph, catalogue: Catalogue): ReadonlyMap<string, number> {
  const seeds = new Map<string, number>();
  for (const [place, graph] of graphsOf(document)) {
    for (const [id, node] of scopesOf(graph).nodes) {
      for (const [port, input] of catalogue.declarations.get(node.type)?.inputs ?? []) {
        if (input.widget?.kind !== "seed" || node.inputs.has(port)) continue;
        const value = node.params.get(port) ?? input.default;
        if (typeof value === "number") seeds.set(`${place}/${id}.${port}`, value);
      }
    }
  }
  return seeds;
}

function graphsOf(document: Graph): readonly (readonly [string, Graph])[] {
  return [["", document], ...document.definitions];
}

/** The document with every seed moved on that is to change after a run. */
export function advanced(document: Graph, used: ReadonlyMap<string, number>): Graph {
  let made = document;
  for (const [key, seed] of used) {
    const [place = "", wire = ""] = key.split("/");
    const [id = "", port = ""] = wire.split(".");
    made = editAt(made, place, (graph) => {
      const mode = seedMode(graph, id, port);
      const present = scopesOf(graph).nodes.get(id)?.params.get(port) ?? seed;
      // A seed typed while the run was being queued is the next one already.
      return mode === "fixed" || present !== seed
        ? graph
        : setParam(graph, id, port, after(mode, seed));
    });
  }
  return made;
}

const used = createStore<{
  readonly byEditor: WeakMap<Editor, ReadonlyMap<string, number>>;
  readonly turn: number;
}>(() => ({
  byEditor: new WeakMap(),
  turn: 0,
}));

function remember(editor: Editor, seeds: ReadonlyMap<string, number>): void {
  used.getState().byEditor.set(editor, seeds);
  used.setState(({ turn }) => ({ turn: turn + 1 }));
}

/** The seed that made the newest picture; null before the first run. */
export function useUsedSeed(place: string, id: string, port: string): number | null {
  const editor = useEditor();
  return useStore(
    used,
    ({ byEditor }) => byEditor.get(editor)?.get(`${place}/${id}.${port}`) ?? null,
  );
}

/** Follows the runs of an open file: remembers their seeds, and moves them on. Gives the way to stop. */
export function followSeeds(editor: Editor): () => void {
  let sent: Graph | null = null;
  return editor.runs.subscribe((state, before) => {
    const { document, catalogue, change } = editor.document.getState();
    // `submitting` is set in the very call that takes the document, so this is the one that runs.
    if (state.submitting && !before.submitting) sent = document;
    if (!state.submitting && before.submitting && sent) {
      const accepted = state.refused === "";
      const seeds = seedsIn(sent, catalogue);
      sent = null;
      if (!accepted) return;
      remember(editor, seeds);
      change("Next seed", (open) => advanced(open, seeds), "seeds");
    }
    const [newest] = state.results;
    if (newest && newest !== before.results[0] && newest.status === "completed")
      void confirm(editor, newest.id);
  });
}

/** What the server says was used: of several runs queued at once each has a seed of its own. */
async function confirm(editor: Editor, run: string): Promise<void> {
  const text = await server.runGraph(run).catch(() => "");
  const { graph } = parse(text);
  if (graph && editor.runs.getState().results[0]?.id === run)
    remember(editor, seedsIn(graph, editor.document.getState().catalogue));
}
