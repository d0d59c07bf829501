/** The page's beginning: drafts found again, the server's lists read, its events heard. */

import { EventLine } from "../api/events.ts";
import type { ServerEvent } from "../api/events.ts";
import * as server from "../api/server.ts";
import { fromJson } from "../graph/parse.ts";
import { createFeed } from "../results/feed.ts";
import { isDirty } from "../state/document.ts";
import { fetchAhead } from "../state/late.ts";
import { refreshLists } from "../state/lists.ts";
import { createStore } from "zustand/vanilla";
import { say } from "../texts/texts.ts";
import { createDesk } from "./desk.ts";
import { Drafts } from "./drafts.ts";
import { freshTabId } from "./file.ts";
import { Keeper } from "./keeper.ts";
import { openEmpty, reopen, tabFor, tabOf } from "./opening.ts";
import { claimPage } from "./pages.ts";
import { openShelf } from "./shelf.ts";
import { createTabs } from "./tabs.ts";
import type { Tab } from "./tabs.ts";
import type { Line, Work } from "./work.ts";

/** What the first visit shows. */
const FIRST = "txt2img";

export interface Started {
  readonly work: Work;
  readonly stop: () => void;
}

/** Throws ServerError where the server has never been reached from this browser. */
export async function startWork(): Promise<Started> {
  const drafts = await Drafts.open();
  const [shelf, page] = await Promise.all([
    openShelf(drafts),
    drafts ? claimPage(drafts) : freshTabId(),
  ]);
  const tabs = createTabs();
  const work: Work = {
    tabs,
    shelf,
    feed: createFeed(),
    desk: createDesk(),
    line: createStore<Line>(() => ({ up: true, known: false })),
    hurry: () => line.hurry(),
    drafts,
    keeper: drafts ? new Keeper(drafts, tabs, page) : null,
  };
  await openLast(work, page);
  const line = listen(work);
  // Without it (a server that went just then) two pages do not hear of each other.
  const presence =
    "BroadcastChannel" in window
      ? import("./presence.ts").then(({ Presence }) => new Presence(tabs, page))
      : Promise.resolve(null);
  void presence.catch(() => undefined);
  const flush = (): void => void work.keeper?.flush().catch(() => undefined);
  const hurry = (): void => line.hurry();
  document.addEventListener("visibilitychange", flush);
  window.addEventListener("pagehide", flush);
  window.addEventListener("online", hurry);
  void work.feed.getState().refresh();
  void fetchAhead("soon").then(() => fetchAhead("later"));
  return {
    work,
    stop: () => {
      document.removeEventListener("visibilitychange", flush);
      window.removeEventListener("pagehide", flush);
      window.removeEventListener("online", hurry);
      line.close();
      void presence.then((one) => one?.close()).catch(() => undefined);
      work.keeper?.close();
    },
  };
}

/** The tabs as they were left; on the first visit the template that shows the loop. */
async function openLast(work: Work, page: string): Promise<void> {
  const drafts = (await work.drafts?.ofPage(page)) ?? [];
  const tabs = drafts.flatMap((draft) => tabOf(work, draft) ?? []);
  const [first] = tabs;
  if (first) {
    const shown = drafts.find((draft) => draft.shown)?.id;
    work.tabs.setState({ tabs, active: tabs.find(({ id }) => id === shown)?.id ?? first.id });
    return;
  }
  const template = await server.getTemplate(FIRST).catch(() => null);
  const graph = template && fromJson(template.graph).graph;
  if (graph) work.tabs.getState().add(tabFor(work, graph));
  else openEmpty(work);
}

function listen(work: Work): EventLine {
  const { tabs, feed, line } = work;
  const editors = (): readonly Tab[] => tabs.getState().tabs;
  const events = new EventLine({
    event: (event) => {
      for (const { editor } of editors()) editor.runs.getState().hear(event);
      feed.getState().hear(event);
      if (event.type === "graph_saved") newerVersion(work, event);
      if (event.type === "choices_changed")
        void refreshLists().then(() => editors().forEach(({ editor }) => editor.planner.again()));
    },
    preview: (header, picture) => {
      for (const { editor } of editors()) editor.runs.getState().see(header, picture);
    },
    line: (up, gap) => {
      const { known, up: was } = line.getState();
      line.setState({ up, known: known || up });
      if (!up || (was && !gap)) return;
      // Back again: what was missed, or asked for in vain meanwhile, is asked for anew.
      void feed.getState().refresh();
      for (const { editor } of editors()) {
        void editor.runs.getState().refresh();
        editor.planner.again();
      }
    },
  });
  events.open();
  return events;
}

/** Somebody saved a file that is open here. Our own save has told its tab already, or is about to. */
function newerVersion({ tabs }: Work, event: ServerEvent): void {
  const { name, version, etag } = event;
  if (typeof version !== "number" || typeof etag !== "string") return;
  for (const tab of tabs.getState().tabs) {
    if (tab.file.name !== name || tab.file.etag === etag || version <= tab.file.version) continue;
    setTimeout(() => {
      const now = tabs.getState().tabs.find(({ id }) => id === tab.id);
      if (now?.file.name === name && now.file.version < version)
        tabs.getState().set(tab.id, { newer: { version, etag } });
    }, 1_500);
  }
}

/** Closes a tab. What was not saved stays for "Open closed"; the last tab makes room for an empty one. */
export async function closeTab(work: Work, id: string): Promise<void> {
  const tab = work.tabs.getState().tabs.find((one) => one.id === id);
  if (!tab) return;
  const dirty = isDirty(tab.editor.document.getState());
  await work.keeper?.closed(tab);
  work.tabs.getState().remove(id);
  tab.editor.planner.close();
  tab.editor.runs.setState({ held: [] });
  if (work.tabs.getState().tabs.length === 0) openEmpty(work);
  if (!dirty || !work.drafts) return;
  const title = tab.editor.document.getState().document.title || say("file.untitled");
  const again = (): void => void reopenLast(work);
  work.desk.getState().tell({
    text: say("file.closed", { title }),
    action: { label: say("file.reopen"), run: again },
  });
}

/** Opens what was closed last without being saved. */
export async function reopenLast(work: Work): Promise<void> {
  const [last] = (await work.drafts?.closed()) ?? [];
  if (last) await reopen(work, last);
  else work.desk.getState().tell({ text: say("file.none-closed") });
}
