/** A title for a graph, and the name that the server keeps it by. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { ListedGraph } from "../api/server.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { say } from "../texts/texts.ts";
import { freeName, nameFrom } from "./file.ts";
import { put } from "./saving.ts";
import { useDesk, useTabs, useWork } from "./work.ts";

export default function SaveAsDialog({ tab: id }: { readonly tab: string }): JSX.Element | null {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const tab = useTabs((state) => state.tabs.find((one) => one.id === id));
  const [taken, setTaken] = useState<readonly ListedGraph[]>([]);
  const [title, setTitle] = useState(tab?.editor.document.getState().document.title ?? "");
  useEffect(() => {
    server.listGraphs().then(setTaken, () => undefined);
  }, []);
  if (!tab) return null;
  const name = nameFrom(title);
  const there = taken.find((graph) => graph.name === name);
  // Enter writes over no other graph: that is a choice of its own.
  const other = there !== undefined && name !== tab.file.name;
  const free = freeName(name, new Set(taken.map((graph) => graph.name)));
  const save = async (into: string, etag: string): Promise<void> => {
    const next = title.trim();
    const { change, document } = tab.editor.document.getState();
    if (next !== document.title) change(say("file.rename"), (graph) => ({ ...graph, title: next }));
    ask(null);
    await put(work, tab, into, etag);
  };
  return (
    <Dialog title={say("save.title")} onClose={() => ask(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (other ? save(free, "") : save(name, there?.etag ?? ""));
        }}
      >
        <div className="dialog-body">
          <label className="save-name">
            <span>{say("save.name")}</span>
            <input
              className="text-input"
              autoFocus
              value={title}
              onFocus={(event) => event.target.select()}
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
          <p className="save-as" data-taken={there !== undefined || undefined}>
            {!there
              ? say("save.as", { name })
              : other
                ? say("save.free", { name, free })
                : say("save.taken", { name, version: there.version + 1 })}
          </p>
        </div>
        <footer className="dialog-foot">
          {other && (
            <button type="button" className="button" onClick={() => void save(name, there.etag)}>
              {say("save.over.of", { name, version: there.version + 1 })}
            </button>
          )}
          <button type="submit" className="button button-strong">
            {there && !other ? say("save.over", { version: there.version + 1 }) : say("save.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
