/** What can be opened: saved graphs, templates, and what was closed without being saved. */

import type { JSX } from "react";
import { Suspense, useRef, useState } from "react";
import { Dialog } from "../shell/Dialog.tsx";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { takeFiles } from "./dropping.ts";
import { openEmpty } from "./opening.ts";
import { useDesk, useWork } from "./work.ts";
import "./open.css";

const SavedList = lateView(() => import("./SavedList.tsx"));
const ClosedList = lateView(() => import("./ClosedList.tsx"));
const Templates = lateView(() => import("../panels/Templates.tsx"));

const PARTS = ["saved", "templates", "closed"] as const;
type Part = (typeof PARTS)[number];

export default function OpenDialog({ part: first }: { readonly part: Part }): JSX.Element {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const [part, setPart] = useState<Part>(first);
  const [query, setQuery] = useState("");
  const chooser = useRef<HTMLInputElement>(null);
  const close = (): void => ask(null);
  return (
    <Dialog title={say("open.title")} onClose={close} size="wide">
      <div className="open-bar">
        <div className="segments">
          {PARTS.map((one) => (
            <button
              key={one}
              type="button"
              className="segment"
              aria-pressed={one === part}
              onClick={() => setPart(one)}
            >
              {say(`open.${one}`)}
            </button>
          ))}
        </div>
        <input
          className="text-input open-search"
          type="search"
          aria-label={say("open.search")}
          placeholder={say("open.search")}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className="dialog-body">
        <Suspense fallback={<p className="open-none">{say("open.loading")}</p>}>
          {part === "saved" && <SavedList query={query} onOpened={close} />}
          {part === "templates" && <Templates query={query} onOpened={close} />}
          {part === "closed" && <ClosedList query={query} onOpened={close} />}
        </Suspense>
      </div>
      <footer className="dialog-foot">
        <input
          ref={chooser}
          type="file"
          hidden
          multiple
          accept=".json,.png,.webp,.jpg,.jpeg,application/json,image/png,image/webp,image/jpeg"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            close();
            void takeFiles(work, files);
          }}
        />
        <button type="button" className="button" onClick={() => chooser.current?.click()}>
          {say("open.file")}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            close();
            openEmpty(work);
          }}
        >
          {say("open.blank")}
        </button>
      </footer>
    </Dialog>
  );
}
