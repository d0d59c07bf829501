/** Saving to the server, over nobody else's change unseen. */

import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Graph } from "../graph/model.ts";
import { placeAll } from "../graph/layout.ts";
import { serialize, toJson } from "../graph/serialize.ts";
import { isDirty } from "../state/document.ts";
import { say } from "../texts/texts.ts";
import type { FileRef } from "./file.ts";
import { nameFrom } from "./file.ts";
import { read } from "./opening.ts";
import type { Newer, Tab } from "./tabs.ts";
import type { Work } from "./work.ts";

/** Ctrl+S: under its own name; asks for one where it has none, and where another version came between. */
export async function save(work: Work, tab: Tab): Promise<void> {
  if (tab.file.name === "") {
    work.desk.getState().ask({ kind: "save-as", tab: tab.id });
    return;
  }
  await put(work, tab, tab.file.name, tab.file.etag);
}

/** Saves under a name; `etag` is the version to replace, empty for a new file. */
export async function put(work: Work, tab: Tab, name: string, etag: string): Promise<boolean> {
  const sent = tab.editor.document.getState().document;
  try {
    const saved = await server.putGraph(name, toJson(sent), etag === "" ? null : etag);
    settle(work, tab, sent, { name, etag: saved.etag, version: saved.version });
    work.desk.getState().tell({ text: say("file.saved", { name, version: saved.version }) });
    return true;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    if (error.status === 412) await conflict(work, tab, name);
    else work.desk.getState().tell({ text: error.status === 0 ? say("file.kept") : error.message });
    return false;
  }
}

/** What was sent is what is saved, even where it was changed meanwhile. */
function settle(work: Work, tab: Tab, sent: Graph, file: FileRef): void {
  const { seal } = tab.editor.document.getState();
  seal();
  tab.editor.document.setState({ saved: sent });
  work.tabs.getState().set(tab.id, { file, newer: null, adopted: undefined });
}

async function conflict(work: Work, tab: Tab, name: string): Promise<void> {
  const { ask, tell } = work.desk.getState();
  try {
    const theirs = await server.getGraph(name);
    const now = { version: theirs.version, etag: theirs.etag };
    if (tab.file.name === name) work.tabs.getState().set(tab.id, { newer: now });
    ask({ kind: "conflict", tab: tab.id, theirs: read(theirs.graph), now });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    if (error.status !== 404) {
      tell({ text: error.message });
      return;
    }
    // Deleted since: it is a new file again, and saving it once more makes it one.
    work.tabs.getState().set(tab.id, { file: { name: "", etag: "", version: 0 }, newer: null });
    ask({ kind: "save-as", tab: tab.id });
    tell({ text: say("file.deleted", { name }) });
  }
}

/** "Take theirs": one step that can be undone, so what was here is not lost. */
export function takeTheirs(work: Work, tab: Tab, name: string, theirs: Graph, now: Newer): void {
  const { change, catalogue } = tab.editor.document.getState();
  const placed = placeAll(theirs, catalogue);
  change(say("conflict.take"), () => placed);
  settle(work, tab, placed, { name, ...now });
}

/** The newest version of a tab's file, in the place of what it shows. */
export async function takeNewest(work: Work, tab: Tab): Promise<void> {
  const { name } = tab.file;
  const theirs = await server.getGraph(name);
  takeTheirs(work, tab, name, read(theirs.graph), { version: theirs.version, etag: theirs.etag });
}

/** Makes an old version the newest one; an open tab that has no changes of its own goes along. */
export async function restore(work: Work, name: string, version: number): Promise<void> {
  const made = await server.restoreGraph(name, version);
  const tab = work.tabs.getState().tabs.find(({ file }) => file.name === name);
  const now = { version: made.version, etag: made.etag };
  if (tab && isDirty(tab.editor.document.getState()))
    work.tabs.getState().set(tab.id, { newer: now });
  else if (tab) takeTheirs(work, tab, name, read(made.graph), now);
  work.desk.getState().tell({ text: say("versions.restored", { version, now: made.version }) });
}

/** Another name for a saved graph and its versions; what is open goes by it from now on. */
export async function rename(work: Work, from: server.ListedGraph, to: string): Promise<void> {
  const { etag, version } = await server.renameGraph(from.name, to, from.etag);
  for (const { id, file } of work.tabs.getState().tabs) {
    if (file.name !== from.name) continue;
    // A tab that goes out from an older version still asks before it saves over the newest.
    const now = file.etag === from.etag ? { etag, version } : {};
    work.tabs.getState().set(id, { file: { ...file, ...now, name: to } });
  }
}

/** The file as a download: what is on the screen, saved or not. */
export function download({ editor, file }: Tab): void {
  const { document: graph } = editor.document.getState();
  downloadText(serialize(graph), `${file.name || nameFrom(graph.title)}.json`);
}

export function downloadText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
