// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLIPPING } from "../../src/commands/clipboard.ts";
import type { Doing } from "../../src/commands/command.ts";
import { clipOf, clipToText } from "../../src/graph/clipboard.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import type { Editor } from "../../src/state/editor.ts";
import { openEditor } from "../../src/state/opening.ts";
import { BUILTIN, stock } from "./fixtures.ts";

let editor: Editor;

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}")));
  editor = openEditor({ document: stock("txt2img.json"), catalogue: BUILTIN });
});
afterEach(() => {
  editor.planner.close();
  vi.unstubAllGlobals();
});

/** The command as the palette runs it, with what the browser gives it. */
async function paste(clipboard: object, canvas: object | null = null): Promise<void> {
  vi.stubGlobal("navigator", { clipboard });
  const doing = { editor, canvas } as unknown as Doing;
  await CLIPPING.find(({ id }) => id === "paste")?.run(doing);
}

const told = (): string => editor.ui.getState().told;
const count = (): number => editor.document.getState().document.nodes.size;
const item = (texts: Readonly<Record<string, string>>): object => ({
  types: Object.keys(texts),
  getType: (type: string) => Promise.resolve(new Blob([texts[type] ?? ""], { type })),
});
const nodes = (): string =>
  clipToText(clipOf(editor.document.getState().document, "", new Set(["decode", "save"])));

it("nodes come from what the browser gives, whatever lies beside them", async () => {
  const before = count();
  await paste({ read: () => Promise.resolve([item({ "text/html": "", "text/plain": nodes() })]) });
  expect(count()).toBe(before + 2);
});

it("a browser that gives text alone is asked for that", async () => {
  const before = count();
  await paste({ readText: () => Promise.resolve(nodes()) });
  expect(count()).toBe(before + 2);
});

it("a sentence says that the browser refuses, and what to do", async () => {
  await paste({ read: () => Promise.reject(new DOMException("no", "NotAllowedError")) });
  expect(told()).toContain("Ctrl+V");
  expect(told()).toContain("does not let this page read the clipboard");
});

it("a sentence says that there is nothing to paste", async () => {
  await paste({ read: () => Promise.resolve([]) });
  expect(told()).toBe("There are no nodes and no picture on the clipboard.");
});

describe("without the pointer over the canvas", () => {
  /** The middle of what is seen lies in the loop's body. */
  const canvas = (hovered: boolean): object => ({
    hovered: () => hovered,
    pointer: () => ({ x: 0, y: 0 }),
    at: () => ({ scope: "denoise", place: { x: 40, y: 80 } }),
    reveal: (id: string) => seen.push(id),
  });
  const seen: string[] = [];
  const home = (id: string): string =>
    scopesOf(editor.document.getState().document).scope.get(id) ?? "missing";
  const pasted = async (hovered: boolean): Promise<string> => {
    seen.length = 0;
    await paste({ readText: () => Promise.resolve(nodes()) }, canvas(hovered));
    expect(seen).toHaveLength(1);
    return home([...editor.document.getState().selection][0] ?? "");
  };

  it("nodes come below the graph or the chosen node, and are brought into sight", async () => {
    expect(await pasted(true)).toBe("denoise");
    editor.document.getState().select([]);
    expect(await pasted(false)).toBe("");
    editor.document.getState().select(["denoise"]);
    expect(await pasted(false)).toBe("");
  });

  it("nodes come into a loop where a node in it is chosen", async () => {
    editor.document.getState().select(["predict"]);
    expect(await pasted(false)).toBe("denoise");
  });
});
