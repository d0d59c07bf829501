/** A save met another version: keep mine on top of it, take theirs, or part ways. */

import type { JSX } from "react";
import { useMemo } from "react";
import type { Graph } from "../graph/model.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { say } from "../texts/texts.ts";
import { DifferenceList } from "./DifferenceList.tsx";
import { differences } from "./differences.ts";
import { put, takeTheirs } from "./saving.ts";
import type { Newer } from "./tabs.ts";
import { useDesk, useTabs, useWork } from "./work.ts";
import "./open.css";

interface Props {
  readonly tab: string;
  readonly theirs: Graph;
  readonly now: Newer;
}

export default function ConflictDialog({ tab: id, theirs, now }: Props): JSX.Element | null {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const tab = useTabs((state) => state.tabs.find((one) => one.id === id));
  const mine = tab?.editor.document.getState().document;
  const found = useMemo(() => mine && differences(theirs, mine), [mine, theirs]);
  if (!tab || !found) return null;
  const { name } = tab.file;
  const after = (what: () => unknown) => () => {
    ask(null);
    void what();
  };
  return (
    <Dialog
      title={say("conflict.title", { name })}
      about={say("conflict.about", { version: now.version })}
      onClose={() => ask(null)}
      size="wide"
    >
      <div className="dialog-body">
        <DifferenceList found={found} before={say("differ.theirs")} after={say("differ.mine")} />
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => ask({ kind: "save-as", tab: id })}>
          {say("conflict.other")}
        </button>
        <button
          type="button"
          className="button"
          title={say("conflict.take.about")}
          onClick={after(() => takeTheirs(work, tab, name, theirs, now))}
        >
          {say("conflict.take")}
        </button>
        <button
          type="button"
          className="button button-strong"
          onClick={after(() => put(work, tab, name, now.etag))}
        >
          {say("conflict.keep", { version: now.version + 1 })}
        </button>
      </footer>
    </Dialog>
  );
}
