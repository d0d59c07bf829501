/** A graph as an app: its public inputs as a form, its outputs as pictures. No canvas. */

import type { JSX, ReactNode } from "react";
import { useEffect } from "react";
import { useDocument, useEditor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { settle } from "../widgets/typing.ts";
import { AppForm } from "./AppForm.tsx";
import { AppPictures } from "./AppPictures.tsx";
import "./appmode.css";

/** `way` leads to the graph itself. */
export default function AppView({ way }: { readonly way: ReactNode }): JSX.Element {
  const title = useDocument((state) => state.document.title);
  const about = useDocument((state) => state.document.about);
  const place = useDocument((state) => state.place);
  const enter = useDocument((state) => state.enter);
  const select = useDocument((state) => state.select);
  useRunKeys();
  useEffect(() => {
    // The form is the file's own face, whatever part of it the canvas shows.
    if (place !== "") enter("");
    // Keys of the canvas have nothing to act on here.
    select([]);
  }, [place, enter, select]);
  return (
    <div className="app">
      <header className="app-head">
        <div>
          <h1>{title || say("file.untitled")}</h1>
          {about !== "" && <p>{about}</p>}
        </div>
        {way}
      </header>
      <main className="app-body" aria-label={title || say("file.untitled")}>
        <AppForm />
        <AppPictures />
      </main>
    </div>
  );
}

/** Ctrl+Enter runs and Ctrl+Alt+Enter cancels, as beside the canvas. */
function useRunKeys(): void {
  const { document, runs } = useEditor();
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey))
        return;
      event.preventDefault();
      settle();
      if (event.altKey) void runs.getState().cancel();
      else void runs.getState().submit(document.getState().document, { first: event.shiftKey });
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [document, runs]);
}
