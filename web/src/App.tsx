/** The whole editor: connects to the server, opens a file, and hands both to the page. */

import type { JSX } from "react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { EventLine } from "./api/events.ts";
import { readCatalogue } from "./graph/catalogue.ts";
import { fromJson } from "./graph/parse.ts";
import * as server from "./api/server.ts";
import { Canvas } from "./canvas/Canvas.tsx";
import { COMMANDS } from "./commands/all.ts";
import type { Canvas as Reach } from "./commands/canvas.ts";
import { useKeys } from "./commands/keys.ts";
import { Palette } from "./palette/Palette.tsx";
import { WireDialog } from "./palette/WireDialog.tsx";
import { Told } from "./shell/Told.tsx";
import { Toolbar } from "./shell/Toolbar.tsx";
import type { Editor } from "./state/editor.ts";
import { EditorContext } from "./state/editor.ts";
import { openEditor } from "./state/opening.ts";
import { say } from "./texts/texts.ts";
import "./shell/shell.css";

const Library = lazy(() => import("./palette/Library.tsx"));

export function App(): JSX.Element {
  const [editor, setEditor] = useState<Editor | null>(null);
  const [down, setDown] = useState(false);
  useEffect(() => {
    void openFirst().then(setEditor);
  }, []);
  useEffect(() => {
    if (!editor) return;
    const line = new EventLine({
      event: (event) => editor.runs.getState().hear(event),
      preview: (header, picture) => editor.runs.getState().see(header, picture),
      line: (up, gap) => {
        setDown(!up);
        if (gap) void editor.runs.getState().refresh();
      },
    });
    line.open();
    return () => line.close();
  }, [editor]);
  if (!editor) return <main aria-label="latentgraph" aria-busy="true" />;
  return (
    <EditorContext.Provider value={editor}>
      <Page editor={editor} down={down} />
    </EditorContext.Provider>
  );
}

function Page({ editor, down }: { readonly editor: Editor; readonly down: boolean }): JSX.Element {
  const reach = useRef<Reach | null>(null);
  const take = useCallback((canvas: Reach | null) => {
    reach.current = canvas;
  }, []);
  const doing = useCallback(() => ({ editor, canvas: reach.current }), [editor]);
  useKeys(COMMANDS, doing);
  const library = useStore(editor.ui, (ui) => !ui.hidden.has("library"));
  return (
    <div className="shell">
      <Toolbar />
      <div className="stage">
        {library && (
          <Suspense>
            <Library />
          </Suspense>
        )}
        <main>
          {down && <div className="line-down" role="alert">{say("line.down")}</div>}
          <Canvas onReach={take} />
        </main>
      </div>
      <Palette />
      <WireDialog />
      <Told />
    </div>
  );
}

async function openFirst(): Promise<Editor> {
  const [raw, choices, template] = await Promise.all([
    server.catalogue(),
    server.choices(),
    server.getTemplate("txt2img"),
  ]);
  const catalogue = readCatalogue(raw);
  const { graph } = fromJson(template.graph);
  if (!graph) throw new Error("The template cannot be read.");
  const lists = new Map(Object.entries(choices));
  return openEditor({ document: graph, catalogue, lists: () => lists });
}
