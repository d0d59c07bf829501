/** Files into tabs: graphs of the server, templates, texts, pictures with a graph in them, runs. */

import * as server from "../api/server.ts";
import { historyFromText } from "../graph/history.ts";
import type { Graph } from "../graph/model.ts";
import { makeGraph } from "../graph/model.ts";
import { fromJson, parse } from "../graph/parse.ts";
import type { Parsed } from "../graph/parse.ts";
import { late } from "../state/late.ts";
import { knownLists } from "../state/lists.ts";
import { openEditor } from "../state/opening.ts";
import type { Draft } from "./drafts.ts";
import type { FileRef } from "./file.ts";
import { UNSAVED, freshTabId } from "./file.ts";
import type { Tab } from "./tabs.ts";
import type { Work } from "./work.ts";

const MISSING = late(() => import("./missing.ts"));
const PICTURES = late(() => import("../graph/pngMeta.ts"));

/** Why something cannot be opened, as a sentence. */
export class OpeningError extends Error {}

/** A tab for a graph. Nothing of it counts as unsaved. */
export function tabFor(work: Pick<Work, "shelf">, document: Graph, file: FileRef = UNSAVED): Tab {
  const { catalogue } = work.shelf.getState();
  const editor = openEditor({ document, catalogue });
  return { id: freshTabId(), editor, file, newer: null, elsewhere: false };
}

/** A tab as it was left: with what was unsaved, its history, and the runs that go on. */
export function tabOf(work: Pick<Work, "shelf">, draft: Draft): Tab | null {
  const { graph } = parse(draft.document);
  if (!graph) return null;
  const { catalogue } = work.shelf.getState();
  const saved = draft.saved === draft.document ? null : parse(draft.saved).graph;
  const editor = openEditor({
    document: graph,
    catalogue,
    history: historyFromText(draft.history),
    ...(saved ? { saved } : {}),
  });
  if (graph.definitions.has(draft.place)) editor.document.getState().enter(draft.place);
  const { runs: open, held = [] } = draft;
  const [watched = null] = open;
  if (watched !== null || held.length > 0) {
    editor.runs.setState({ watched, open, held });
    void editor.runs.getState().refresh();
  }
  const { id, file, adopted } = draft;
  return { id, editor, file, newer: null, elsewhere: false, adopted };
}

/** Opens a graph in a new tab and shows it; what this machine lacks for it is listed. */
export function openGraph(work: Work, document: Graph, file: FileRef = UNSAVED): Tab {
  const tab = tabFor(work, document, file);
  work.tabs.getState().add(tab);
  void MISSING.with(({ missingIn }) => {
    const missing = missingIn(document, work.shelf.getState().catalogue, knownLists());
    if (missing.length > 0)
      work.desk.getState().ask({ kind: "missing", title: document.title, items: missing });
  });
  return tab;
}

export function openEmpty(work: Work): Tab {
  return openGraph(work, makeGraph({}));
}

/** A graph of the server; where it is open already, its tab is shown. */
export async function openNamed(work: Work, name: string): Promise<void> {
  const open = work.tabs.getState().tabs.find(({ file }) => file.name === name);
  if (open) {
    work.tabs.getState().show(open.id);
    return;
  }
  const saved = await server.getGraph(name);
  openGraph(work, read(saved.graph), { name, etag: saved.etag, version: saved.version });
}

/** An old version, as a graph of its own: saving it replaces nothing. */
export async function openVersion(work: Work, name: string, version: number): Promise<void> {
  const saved = await server.getGraph(name, version);
  openGraph(work, read(saved.graph));
}

export async function openTemplate(work: Work, name: string): Promise<void> {
  const template = await server.getTemplate(name);
  openGraph(work, read(template.graph));
}

/** The graph of a run, with the values used. */
export async function openRun(work: Work, id: string): Promise<void> {
  openText(work, await server.runGraph(id));
}

export function openText(work: Work, text: string): void {
  openGraph(work, sound(parse(text)));
}

/** Opens a closed draft again, as it was. */
export async function reopen(work: Work, draft: Draft): Promise<void> {
  const tab = tabOf(work, draft);
  if (!tab) throw new OpeningError("This draft cannot be read.");
  await work.drafts?.remove(draft.id);
  work.tabs.getState().add(tab);
}

/** What a file that was dropped or chosen holds. */
export type Found =
  | { readonly kind: "graph"; readonly graph: Graph }
  /** A picture; `graph` where it carries one. */
  | { readonly kind: "picture"; readonly graph: Graph | null };

/** Throws OpeningError with what is wrong with the file. */
export async function lookInto(file: File): Promise<Found> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isPicture(bytes)) {
    const { graphInPicture } = await PICTURES.load();
    const carried = await graphInPicture(bytes, inflate);
    const graph = "graph" in carried ? parse(carried.graph).graph : null;
    return { kind: "picture", graph };
  }
  try {
    return {
      kind: "graph",
      graph: sound(parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))),
    };
  } catch (error) {
    if (!(error instanceof OpeningError))
      throw new OpeningError(`'${file.name}' is neither a picture nor a text.`);
    throw new OpeningError(`'${file.name}': ${error.message}`);
  }
}

const BEGINNINGS = ["\x89PNG", "\xff\xd8\xff", "RIFF", "GIF8"];

function isPicture(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  return BEGINNINGS.some((beginning) => start.startsWith(beginning));
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** The graph of the API's plain data. */
export function read(raw: unknown): Graph {
  return sound(fromJson(raw));
}

function sound({ graph, problems }: Parsed): Graph {
  if (graph) return graph;
  throw new OpeningError(problems[0]?.message ?? "This is no graph file.");
}
