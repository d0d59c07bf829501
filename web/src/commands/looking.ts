/** Commands that look: panels, past pictures, what a node gave. */

import type { Source } from "../graph/scopes.ts";
import { shownTypes } from "../state/document.ts";
import { PANELS } from "../workspace/desk.ts";
import type { Panel } from "../workspace/desk.ts";
import type { Command, Doing } from "./command.ts";

const TITLES: Readonly<Record<Panel, string>> = {
  queue: "Queue",
  models: "Models",
  log: "Log of a run",
  text: "The graph as text",
};
const KEYS: Readonly<Partial<Record<Panel, string>>> = { queue: "Q", text: "Alt+J" };

export const LOOKING: readonly Command[] = [
  ...PANELS.map((panel): Command => {
    const keys = KEYS[panel];
    return {
      id: `panel-${panel}`,
      title: TITLES[panel],
      group: "view",
      ...(keys === undefined ? {} : { keys: [keys] }),
      run: ({ work }) => {
        const desk = work.desk.getState();
        desk.open(desk.panel === panel ? null : panel);
      },
    };
  }),
  {
    id: "settings",
    title: "Settings: language and look",
    group: "view",
    keys: ["Ctrl+,"],
    run: ({ work }) => work.desk.getState().ask({ kind: "settings" }),
  },
  {
    id: "strip",
    title: "Show or hide past pictures",
    group: "view",
    keys: ["Alt+P"],
    run: ({ editor }) => editor.ui.getState().toggle("results"),
  },
  {
    id: "results",
    title: "Past pictures in full",
    group: "view",
    keys: ["V"],
    when: ({ work }) => newest(work) !== undefined,
    run: ({ work }) => {
      const run = newest(work);
      if (run !== undefined) work.desk.getState().ask({ kind: "results", shown: run });
    },
  },
  {
    id: "inspect",
    title: "What the selected node gave",
    group: "wire",
    keys: ["Alt+I"],
    when: ({ editor }) => editor.document.getState().selection.size > 0,
    run: (doing) => {
      const wires = outputsOf(doing);
      const screen = { x: window.innerWidth / 2 - 130, y: 120 };
      doing.work.desk.getState().inspect(wires.length > 0 ? { wires, screen, stays: true } : null);
    },
  },
];

function newest({ feed }: Doing["work"]): string | undefined {
  return feed
    .getState()
    .runs.find(({ cover, status }) => cover !== null && status !== "running" && status !== "queued")
    ?.id;
}

/** The outputs of the selected nodes. */
function outputsOf({ editor }: Doing): readonly Source[] {
  const state = editor.document.getState();
  const types = shownTypes(state);
  return [...state.selection].flatMap((node) =>
    types.outputs(node).map((port): Source => ({ node, port, side: "outside" })),
  );
}
