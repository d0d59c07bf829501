/** The open files: one click shows a file, a second on the shown one names it. */

import type { DragEvent, JSX } from "react";
import { useState } from "react";
import { useStore } from "zustand";
import { Icon } from "../shell/Icon.tsx";
import { IconButton } from "../shell/IconButton.tsx";
import { isDirty } from "../state/document.ts";
import { language, say } from "../texts/texts.ts";
import { closeTab } from "./start.ts";
import type { Tab } from "./tabs.ts";
import { useDesk, useTabs, useWork } from "./work.ts";
import "./tabs.css";

const DRAGGED = "application/x-latentgraph-tab";

export function TabStrip(): JSX.Element {
  const tabs = useTabs((state) => state.tabs);
  const active = useTabs((state) => state.active);
  const move = useTabs((state) => state.move);
  const ask = useDesk((desk) => desk.ask);
  const drop = (event: DragEvent, at: number): void => {
    const id = event.dataTransfer.getData(DRAGGED);
    if (id === "") return;
    event.preventDefault();
    event.stopPropagation();
    move(id, at);
  };
  return (
    <nav className="tabs" aria-label={say("file.tabs")}>
      <ul>
        {tabs.map((tab, at) => (
          <li
            key={tab.id}
            data-shown={tab.id === active || undefined}
            draggable
            onDragStart={(event) => event.dataTransfer.setData(DRAGGED, tab.id)}
            onDragOver={(event) => {
              if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
            }}
            onDrop={(event) => drop(event, at)}
          >
            <FileTab tab={tab} shown={tab.id === active} />
          </li>
        ))}
      </ul>
      <IconButton
        icon="plus"
        label={say("file.new")}
        onClick={() => ask({ kind: "open", part: "templates" })}
      />
    </nav>
  );
}

function FileTab({ tab, shown }: { readonly tab: Tab; readonly shown: boolean }): JSX.Element {
  const work = useWork();
  const show = useTabs((state) => state.show);
  const title = useStore(tab.editor.document, (state) => state.document.title);
  const dirty = useStore(tab.editor.document, isDirty);
  const busy = useStore(tab.editor.runs, (runs) => runs.open.length > 0);
  const [naming, setNaming] = useState(false);
  const { adopted } = tab;
  const plain = title || say("file.untitled");
  const name =
    adopted === undefined ? plain : say("file.draft", { title: plain, when: clock(adopted) });
  const close = (): void => void closeTab(work, tab.id);
  if (naming) return <Naming tab={tab} title={title} onEnd={() => setNaming(false)} />;
  return (
    <>
      <button
        type="button"
        className="tab"
        aria-current={shown ? "page" : undefined}
        title={[
          name,
          ...(tab.file.name === ""
            ? []
            : [tab.file.name, say("open.version", { version: tab.file.version })]),
          ...(adopted === undefined ? [] : [say("file.draft.about")]),
        ].join(" · ")}
        onClick={() => show(tab.id)}
        onDoubleClick={() => setNaming(true)}
        onAuxClick={(event) => {
          if (event.button === 1) close();
        }}
      >
        {busy && <span className="tab-busy" aria-hidden="true" />}
        {(tab.newer ?? tab.elsewhere) ? <Icon name="warn" size={13} /> : null}
        <span className="tab-title">{name}</span>
        {dirty && (
          <span
            className="dirty-dot"
            role="img"
            aria-label={say("file.unsaved")}
            title={say("file.unsaved")}
          />
        )}
      </button>
      <IconButton
        icon="close"
        className="tab-close"
        label={say("file.close", { title: name })}
        onClick={close}
      />
    </>
  );
}

/** When something was, today: `14:32`; else with its day. */
function clock(moment: number): string {
  const today = Date.now() - moment < 12 * 3_600_000;
  return new Intl.DateTimeFormat(language(), {
    timeStyle: "short",
    ...(today ? {} : { dateStyle: "short" as const }),
  }).format(moment);
}

interface NamingProps {
  readonly tab: Tab;
  readonly title: string;
  readonly onEnd: () => void;
}

function Naming({ tab, title, onEnd }: NamingProps): JSX.Element {
  const take = (text: string): void => {
    const next = text.trim();
    const label = say("file.rename");
    if (next !== title)
      tab.editor.document.getState().change(label, (document) => ({ ...document, title: next }));
    onEnd();
  };
  return (
    <input
      className="tab-naming"
      aria-label={say("file.rename")}
      autoFocus
      defaultValue={title}
      onFocus={(event) => event.target.select()}
      onBlur={(event) => take(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") take(event.currentTarget.value);
        else if (event.key === "Escape") onEnd();
      }}
    />
  );
}
