/**
 * Copy, cut and paste by the browser's own events: they carry our type beside plain text, need no
 * permission, work on pages without TLS, and bring pictures.
 */

import { useEffect } from "react";
import { CLIP_TYPE, clipFromText, clipOf, clipToText, paste } from "../graph/clipboard.ts";
import { removeNodes } from "../graph/commands/nodes.ts";
import { parse } from "../graph/parse.ts";
import type { Editor } from "../state/editor.ts";
import { late } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { openGraph } from "../workspace/opening.ts";
import { some } from "./chosen.ts";
import type { Command, Doing } from "./command.ts";
import { put } from "./putting.ts";
import { beside } from "./viewing.ts";

const DROPPING = late(() => import("../workspace/dropping.ts"));

/** By key these are the browser's events, which `useClipboard` hears; from the palette they ask it. */
export const CLIPPING: readonly Command[] = [
  {
    id: "copy",
    title: "Copy",
    group: "edit",
    keys: ["Ctrl+C"],
    native: true,
    when: some,
    run: ({ editor }) => writeClip(editor),
  },
  {
    id: "cut",
    title: "Cut",
    group: "edit",
    keys: ["Ctrl+X"],
    native: true,
    when: some,
    run: async ({ editor }) => {
      await writeClip(editor);
      removeChosen(editor);
    },
  },
  {
    id: "paste",
    title: "Paste",
    group: "edit",
    keys: ["Ctrl+V"],
    native: true,
    run: (doing) => readClip(doing, false),
  },
  {
    id: "paste-wired",
    title: "Paste with inputs",
    group: "edit",
    keys: ["Ctrl+Shift+V"],
    native: true,
    run: (doing) => readClip(doing, true),
  },
];

export function useClipboard(doing: () => Doing): void {
  useEffect(() => {
    let shifted = false;
    const key = (event: KeyboardEvent): void => {
      shifted = event.shiftKey;
    };
    const copied = (event: ClipboardEvent): void => {
      const { editor } = doing();
      if (!isOurs(event) || !event.clipboardData || !some(doing())) return;
      const text = clipText(editor);
      event.clipboardData.setData(CLIP_TYPE, text);
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") removeChosen(editor);
    };
    const pasted = (event: ClipboardEvent): void => {
      const data = event.clipboardData;
      if (!isOurs(event) || !data) return;
      event.preventDefault();
      const picture = [...data.files].find(({ type }) => type.startsWith("image/"));
      const text = data.getData(CLIP_TYPE) || data.getData("text/plain");
      take(doing(), text, picture, shifted);
    };
    window.addEventListener("keydown", key, { capture: true });
    window.addEventListener("copy", copied);
    window.addEventListener("cut", copied);
    window.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("keydown", key, { capture: true });
      window.removeEventListener("copy", copied);
      window.removeEventListener("cut", copied);
      window.removeEventListener("paste", pasted);
    };
  }, [doing]);
}

/** Not where text is typed or selected, nor where a dialog or a widget has taken it. */
function isOurs(event: ClipboardEvent): boolean {
  const { target } = event;
  if (event.defaultPrevented || !(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return false;
  return event.type === "paste" || window.getSelection()?.isCollapsed !== false;
}

function clipText({ document }: Editor): string {
  const { document: graph, place, selection } = document.getState();
  return clipToText(clipOf(graph, place, selection));
}

function removeChosen({ document }: Editor): void {
  const ids = [...document.getState().selection];
  document
    .getState()
    .edit(`Cut ${ids.length === 1 ? (ids[0] ?? "") : `${ids.length} nodes`}`, (graph) =>
      removeNodes(graph, ids),
    );
}

/** Nodes into the graph, a whole graph into a new tab, a picture into a node that loads it. */
function take(doing: Doing, text: string, picture: Blob | undefined, keepIncoming: boolean): void {
  const { editor, work, canvas } = doing;
  const at = canvas?.hovered() === true ? canvas.at(canvas.pointer()) : canvas && beside(editor);
  const clip = clipFromText(text);
  if (clip) {
    const scope = at?.scope ?? "";
    const [first] = put(editor, "Paste", (graph, place) =>
      paste(graph, place, clip, { scope, keepIncoming, ...(at ? { at: at.place } : {}) }),
    );
    if (first !== undefined) canvas?.reveal(first);
    return;
  }
  if (picture) {
    void DROPPING.with(({ asImage }) => asImage(work, picture, at ?? undefined));
    return;
  }
  const whole = text.includes('"nodes"') ? parse(text).graph : null;
  if (whole) openGraph(work, whole);
  else editor.ui.getState().tell(say("clipboard.none"));
}

async function writeClip(editor: Editor): Promise<void> {
  if (!("clipboard" in navigator)) {
    editor.ui.getState().tell(say("clipboard.keys"));
    return;
  }
  await navigator.clipboard.writeText(clipText(editor));
}

interface Clipped {
  readonly text: string;
  readonly picture?: Blob;
}

async function readClip(doing: Doing, keepIncoming: boolean): Promise<void> {
  if (!("clipboard" in navigator)) {
    doing.editor.ui.getState().tell(say("clipboard.keys"));
    return;
  }
  let clipped: Clipped;
  try {
    clipped = await readAll(navigator.clipboard);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    doing.editor.ui.getState().tell(say("clipboard.refused"));
    return;
  }
  take(doing, clipped.text, clipped.picture, keepIncoming);
}

/** Text and picture, as a paste by key has them. */
async function readAll(clipboard: Clipboard): Promise<Clipped> {
  // Some browsers give pages the text alone.
  if (!("read" in clipboard)) return { text: await (clipboard as Clipboard).readText() };
  let text = "";
  let picture: Blob | undefined;
  for (const item of await clipboard.read()) {
    const kind = item.types.find((type) => type.startsWith("image/"));
    if (kind !== undefined) picture ??= await item.getType(kind);
    if (item.types.includes("text/plain")) text ||= await (await item.getType("text/plain")).text();
  }
  return { text, ...(picture ? { picture } : {}) };
}
