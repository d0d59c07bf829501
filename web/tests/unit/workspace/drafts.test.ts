// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serialize } from "../../../src/graph/serialize.ts";
import { setParam } from "../../../src/graph/commands/nodes.ts";
import { isDirty } from "../../../src/state/document.ts";
import { Drafts } from "../../../src/workspace/drafts.ts";
import { Keeper } from "../../../src/workspace/keeper.ts";
import { tabFor, tabOf } from "../../../src/workspace/opening.ts";
import { claimPage } from "../../../src/workspace/pages.ts";
import type { Hold } from "../../../src/workspace/pages.ts";
import { createTabs } from "../../../src/workspace/tabs.ts";
import { createStore } from "zustand/vanilla";
import { BUILTIN, stock } from "../fixtures.ts";

const SHELF = {
  shelf: createStore(() => ({ catalogue: BUILTIN, lists: new Map<string, readonly string[]>() })),
};
let names = 0;
let drafts: Drafts;

async function open(): Promise<Drafts> {
  const opened = await Drafts.open(`test-${names}`);
  if (!opened) throw new Error("This test has a database.");
  return opened;
}

beforeEach(async () => {
  // Nobody answers: what is forecast does not matter here.
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no server")));
  sessionStorage.clear();
  names++;
  drafts = await open();
});

afterEach(() => {
  drafts.close();
  vi.unstubAllGlobals();
});

/** The locks of a browser: held by a page until it is said to be gone. */
class Locks {
  readonly held = new Set<string>();
  readonly hold: Hold = async (page, during) => {
    if (this.held.has(page)) return false;
    await during?.();
    if (!during) this.held.add(page);
    return true;
  };
}

/** A page with one changed file, written and gone without a word. */
async function killedPage(page: string, scale: number): Promise<void> {
  const tabs = createTabs();
  const keeper = new Keeper(drafts, tabs, page);
  const tab = tabFor(SHELF, stock("txt2img.json"));
  tabs.getState().add(tab);
  tab.editor.document
    .getState()
    .edit("Set scale", (graph) => setParam(graph, "guide", "scale", scale));
  await keeper.flush();
  keeper.close();
  tab.editor.planner.close();
}

describe("drafts", () => {
  it("give back the changed document, what was saved, and every step of its history", async () => {
    const tabs = createTabs();
    const keeper = new Keeper(drafts, tabs, "page");
    const tab = tabFor(SHELF, stock("txt2img.json"), { name: "circle", etag: "e", version: 3 });
    tabs.getState().add(tab);
    const { edit } = tab.editor.document.getState();
    edit("Set scale", (graph) => setParam(graph, "guide", "scale", 6));
    edit("Set eta", (graph) => setParam(graph, "move", "eta", 0.5));
    await keeper.flush();
    keeper.close();
    const [draft] = await (await open()).ofPage("page");
    const again = draft && tabOf(SHELF, draft);
    if (!again) throw new Error("The draft did not come back.");
    const state = again.editor.document.getState();
    expect(again.file).toEqual({ name: "circle", etag: "e", version: 3 });
    expect(serialize(state.document)).toBe(serialize(tab.editor.document.getState().document));
    expect(isDirty(state)).toBe(true);
    state.undo();
    state.undo();
    expect(isDirty(again.editor.document.getState())).toBe(false);
    again.editor.document.getState().redo();
    expect(isDirty(again.editor.document.getState())).toBe(true);
  });

  it("give back the runs that wait for the server, but not of a tab that was closed", async () => {
    const tabs = createTabs();
    const keeper = new Keeper(drafts, tabs, "page");
    const tab = tabFor(SHELF, stock("txt2img.json"));
    tabs.getState().add(tab);
    await keeper.flush();
    await tab.editor.runs.getState().submit(tab.editor.document.getState().document);
    const { held } = tab.editor.runs.getState();
    expect(held).toHaveLength(1);
    await keeper.flush();
    const [draft] = await drafts.ofPage("page");
    const again = draft && tabOf(SHELF, draft);
    expect(again?.editor.runs.getState().held).toEqual(held);
    tab.editor.document.getState().edit("Set", (graph) => setParam(graph, "guide", "scale", 6));
    await keeper.closed(tab);
    keeper.close();
    expect((await drafts.closed())[0]?.held).toEqual([]);
    for (const one of [tab, again]) one?.editor.runs.setState({ held: [] });
  });

  it("of a file closed with changes are kept, without them let go", async () => {
    const tabs = createTabs();
    const keeper = new Keeper(drafts, tabs, "page");
    const clean = tabFor(SHELF, stock("txt2img.json"));
    const changed = tabFor(SHELF, stock("txt2img.json"));
    tabs.getState().add(clean);
    tabs.getState().add(changed);
    changed.editor.document
      .getState()
      .edit("Set scale", (graph) => setParam(graph, "guide", "scale", 6));
    await keeper.flush();
    await keeper.closed(clean);
    await keeper.closed(changed);
    keeper.close();
    expect((await drafts.ofPage("page")).map(({ id }) => id)).toEqual([]);
    expect((await drafts.closed()).map(({ id }) => id)).toEqual([changed.id]);
  });

  it("keep the newest state, however fast changes come", async () => {
    const tabs = createTabs();
    const keeper = new Keeper(drafts, tabs, "page");
    const tab = tabFor(SHELF, stock("txt2img.json"));
    tabs.getState().add(tab);
    for (let scale = 5; scale < 25; scale++) {
      tab.editor.document
        .getState()
        .edit("Set scale", (graph) => setParam(graph, "guide", "scale", scale), "type:guide.scale");
      void keeper.flush();
    }
    await keeper.flush();
    keeper.close();
    const [draft] = await drafts.ofPage("page");
    expect(draft?.document).toContain('"scale": 24');
  });
});

describe("pages", () => {
  it("find their drafts again after a reload", async () => {
    const locks = new Locks();
    const page = await claimPage(drafts, locks.hold);
    await killedPage(page, 6);
    locks.held.clear();
    expect(await claimPage(drafts, locks.hold)).toBe(page);
    expect(await drafts.ofPage(page)).toHaveLength(1);
  });

  it("say of what they take over when it was written, and take over nothing twice", async () => {
    const locks = new Locks();
    const page = await claimPage(drafts, locks.hold);
    await killedPage(page, 6);
    await killedPage("same", 6);
    await killedPage("other", 7);
    const [other] = await drafts.ofPage("other");
    sessionStorage.setItem("latentgraph.page", page);
    locks.held.clear();
    expect(await claimPage(drafts, locks.hold)).toBe(page);
    const found = await drafts.ofPage(page);
    expect(found.map(({ adopted }) => adopted)).toEqual([undefined, other?.written]);
    const tab = found[1] && tabOf(SHELF, found[1]);
    expect(tab?.adopted).toBe(other?.written);
  });

  it("take over what a page that is gone left unsaved, and never what an open one holds", async () => {
    const locks = new Locks();
    await killedPage("gone", 6);
    await killedPage("open", 7);
    locks.held.add("open");
    sessionStorage.clear();
    const mine = await claimPage(drafts, locks.hold);
    expect(mine).not.toBe("open");
    expect(
      (await drafts.ofPage(mine)).map(({ document }) => document.includes('"scale": 6')),
    ).toEqual([true]);
    expect(await drafts.ofPage("open")).toHaveLength(1);
  });

  it("get a name of their own where another page holds the remembered one (a duplicated tab)", async () => {
    const locks = new Locks();
    const first = await claimPage(drafts, locks.hold);
    const second = await claimPage(drafts, locks.hold);
    expect(second).not.toBe(first);
  });
});
