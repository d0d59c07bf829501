/** `?app=name`: a saved graph or a template as an app by itself, without the editor around it. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import { EventLine } from "../api/events.ts";
import { ServerError } from "../api/http.ts";
import { patiently } from "../api/patience.ts";
import { readCatalogue } from "../graph/catalogue.ts";
import type { Graph } from "../graph/model.ts";
import { fromJson } from "../graph/parse.ts";
import type { Editor } from "../state/editor.ts";
import { EditorContext } from "../state/editor.ts";
import { setLists } from "../state/lists.ts";
import { openEditor } from "../state/opening.ts";
import { say } from "../texts/texts.ts";
import { followSeeds } from "../widgets/seeds.ts";
import AppView from "./AppView.tsx";
import { openAddress } from "./asked.ts";

export default function AppPage({ name }: { readonly name: string }): JSX.Element {
  const [editor, setEditor] = useState<Editor | null>(null);
  const [failure, setFailure] = useState("");
  const [down, setDown] = useState(false);
  useEffect(() => {
    patiently(() => open(name)).then(setEditor, (error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, [name]);
  useEffect(() => {
    if (!editor) return;
    document.title = editor.document.getState().document.title || name;
    const stop = followSeeds(editor);
    const line = new EventLine({
      event: (event) => editor.runs.getState().hear(event),
      preview: (header, picture) => editor.runs.getState().see(header, picture),
      line: (up) => {
        setDown(!up);
        if (up) void editor.runs.getState().refresh();
      },
    });
    line.open();
    return () => {
      stop();
      line.close();
      editor.planner.close();
    };
  }, [editor, name]);
  if (failure !== "") {
    return (
      <main className="unreachable">
        <h1>latentgraph</h1>
        <p>{failure}</p>
        <a className="button" href="./">
          {say("app.home")}
        </a>
      </main>
    );
  }
  if (!editor) return <main aria-label={name} aria-busy="true" />;
  return (
    <EditorContext.Provider value={editor}>
      {down && (
        <div className="line-down" role="alert">
          {say("line.down")}
        </div>
      )}
      <AppView
        way={
          <a className="button app-way" href={openAddress(name)}>
            {say("app.open")}
          </a>
        }
      />
    </EditorContext.Provider>
  );
}

async function open(name: string): Promise<Editor> {
  const [raw, choices, document] = await Promise.all([
    server.catalogue(),
    server.choices(),
    graphNamed(name),
  ]);
  setLists(choices);
  return openEditor({ document, catalogue: readCatalogue(raw) });
}

/** The saved graph of that name, else the template. Throws with a sentence where there is neither. */
export async function graphNamed(name: string): Promise<Graph> {
  const missing = (error: unknown): null => {
    if (error instanceof ServerError && error.status !== 0 && error.status < 500) return null;
    throw error;
  };
  const path = encodeURIComponent(name);
  // Asked for what there is: what is not there would stand in the browser's log as an error.
  const saved = await server.hasGraph(name);
  const found = await (saved ? server.getGraph(path) : server.getTemplate(path)).catch(missing);
  if (!found) throw new Error(say("app.missing", { name }));
  const { graph } = fromJson(found.graph);
  if (!graph) throw new Error(say("app.unreadable", { name }));
  return graph;
}
