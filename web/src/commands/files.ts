/** Commands on files and tabs. */

import { late } from "../state/late.ts";
import type { Work } from "../workspace/work.ts";
import { openEmpty } from "../workspace/opening.ts";
import { closeTab, reopenLast } from "../workspace/start.ts";
import { shownTab } from "../workspace/tabs.ts";
import type { Tab } from "../workspace/tabs.ts";
import type { Command, Doing } from "./command.ts";

const SAVING = late(() => import("../workspace/saving.ts"));
const shown = ({ work }: Doing): Tab | undefined => shownTab(work.tabs.getState());
const isNamed = (doing: Doing): boolean => (shown(doing)?.file.name ?? "") !== "";

function onTab(
  what: (work: Work, tab: Tab) => void | Promise<void>,
): (doing: Doing) => void | Promise<void> {
  return (doing) => {
    const tab = shown(doing);
    return tab ? what(doing.work, tab) : undefined;
  };
}

export const FILES: readonly Command[] = [
  {
    id: "save",
    title: "Save",
    group: "file",
    keys: ["Ctrl+S"],
    whileTyping: true,
    run: onTab((work, tab) => SAVING.with(({ save }) => save(work, tab))),
  },
  {
    id: "save-as",
    title: "Save as…",
    group: "file",
    keys: ["Ctrl+Shift+S"],
    whileTyping: true,
    run: onTab((work, tab) => work.desk.getState().ask({ kind: "save-as", tab: tab.id })),
  },
  {
    id: "open",
    title: "Open…",
    group: "file",
    keys: ["Ctrl+O"],
    whileTyping: true,
    run: ({ work }) => work.desk.getState().ask({ kind: "open" }),
  },
  {
    id: "templates",
    title: "Templates…",
    group: "file",
    run: ({ work }) => work.desk.getState().ask({ kind: "open", part: "templates" }),
  },
  {
    id: "new",
    title: "New empty graph",
    group: "file",
    keys: ["Alt+N"],
    run: ({ work }) => void openEmpty(work),
  },
  {
    id: "versions",
    title: "Versions…",
    group: "file",
    when: isNamed,
    run: onTab((work, { file, editor }) => {
      const title = editor.document.getState().document.title || file.name;
      work.desk.getState().ask({ kind: "versions", name: file.name, title });
    }),
  },
  {
    id: "download",
    title: "Download as JSON",
    group: "file",
    run: onTab((_, tab) => SAVING.with(({ download }) => download(tab))),
  },
  {
    id: "close-tab",
    title: "Close the tab",
    group: "file",
    keys: ["Alt+W"],
    run: onTab((work, { id }) => closeTab(work, id)),
  },
  {
    id: "reopen",
    title: "Open the closed tab again",
    group: "file",
    keys: ["Alt+Shift+T"],
    run: ({ work }) => reopenLast(work),
  },
  {
    id: "next-tab",
    title: "Next tab",
    group: "file",
    keys: ["Alt+PageDown"],
    whileTyping: true,
    run: ({ work }) => work.tabs.getState().turn(1),
  },
  {
    id: "last-tab",
    title: "Tab before",
    group: "file",
    keys: ["Alt+PageUp"],
    whileTyping: true,
    run: ({ work }) => work.tabs.getState().turn(-1),
  },
];
