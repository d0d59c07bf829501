/** The whole editor: what the page works with, and the shown file in it. */

import type { JSX } from "react";
import { Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { openFromAddress } from "./appmode/opening.ts";
import { showing } from "./appmode/showing.ts";
import { Canvas } from "./canvas/Canvas.tsx";
import { COMMANDS } from "./commands/all.ts";
import { useClipboard } from "./commands/clipboard.ts";
import type { Canvas as Reach } from "./commands/canvas.ts";
import { useKeys } from "./commands/keys.ts";
import { Choosers } from "./palette/Choosers.tsx";
import { Dock } from "./panels/Dock.tsx";
import { CanvasContext } from "./panels/going.ts";
import { Boundary } from "./shell/Boundary.tsx";
import { Banner } from "./shell/Banner.tsx";
import { Notice } from "./shell/Notice.tsx";
import { Told } from "./shell/Told.tsx";
import { Unreachable } from "./shell/Unreachable.tsx";
import { Toolbar } from "./shell/Toolbar.tsx";
import type { Editor } from "./state/editor.ts";
import { EditorContext } from "./state/editor.ts";
import { SideBar } from "./panels/SideBar.tsx";
import { lateView } from "./state/late.ts";
import { useSettings } from "./state/settings.ts";
import { say } from "./texts/texts.ts";
import { Dialogs } from "./workspace/Dialogs.tsx";
import { DropZone } from "./workspace/DropZone.tsx";
import { followAllSeeds } from "./workspace/seeding.ts";
import type { Started } from "./workspace/start.ts";
import { useShownTab, useWork, WorkContext } from "./workspace/work.ts";
import type { Work } from "./workspace/work.ts";
import "./shell/shell.css";
import "./shell/controls.css";

const AppView = lateView(() => import("./appmode/AppView.tsx"));
const Strip = lateView(() => import("./results/Strip.tsx"), "soon");
const WireHover = lateView(() => import("./results/WireHover.tsx"), "soon");
const Library = lateView(() => import("./palette/Library.tsx"));

export function App({ starting }: { readonly starting: Promise<Started> }): JSX.Element {
  const [work, setWork] = useState<Work | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    starting.then(
      (started) => {
        setWork(started.work);
        void openFromAddress(started.work);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, [starting]);
  if (failure !== "") return <Unreachable why={failure} />;
  if (!work) return <main aria-label="latentgraph" aria-busy="true" />;
  return (
    <WorkContext.Provider value={work}>
      <Files />
    </WorkContext.Provider>
  );
}

/** The shown file; a tab of its own each, so that nothing of one is seen in another. */
function Files(): JSX.Element | null {
  const tab = useShownTab();
  const spoken = useSettings((settings) => settings.spoken);
  const { tabs } = useWork();
  useEffect(() => followAllSeeds(tabs), [tabs]);
  if (!tab) return null;
  return (
    <EditorContext.Provider value={tab.editor} key={`${spoken} ${tab.id}`}>
      <Page editor={tab.editor} />
      <Notice />
    </EditorContext.Provider>
  );
}

function Page({ editor }: { readonly editor: Editor }): JSX.Element {
  const work = useWork();
  const reach = useRef<Reach | null>(null);
  const take = useCallback((canvas: Reach | null) => {
    reach.current = canvas;
  }, []);
  const doing = useCallback(() => ({ editor, work, canvas: reach.current }), [editor, work]);
  useKeys(COMMANDS, doing);
  useClipboard(doing);
  const canvas = useCallback(() => reach.current, []);
  const library = useStore(editor.ui, (ui) => !ui.hidden.has("library"));
  const app = useStore(showing, (state) => state.app);
  if (app) {
    return (
      <Suspense>
        <AppView way={<LeaveApp />} />
        <Told />
      </Suspense>
    );
  }
  return (
    <div className="shell">
      <Toolbar />
      <div className="stage">
        <SideBar />
        {library && (
          <Suspense>
            <Library />
          </Suspense>
        )}
        <main>
          <Banner />
          <Canvas onReach={take} />
          <Boundary>
            <Suspense>
              <Strip />
            </Suspense>
          </Boundary>
        </main>
        <CanvasContext.Provider value={canvas}>
          <Dock />
          <Boundary>
            <Dialogs />
          </Boundary>
          <DropZone />
        </CanvasContext.Provider>
      </div>
      <Boundary>
        <Suspense>
          <WireHover />
        </Suspense>
      </Boundary>
      <Boundary>
        <Choosers />
      </Boundary>
      <Told />
    </div>
  );
}

function LeaveApp(): JSX.Element {
  return (
    <button type="button" className="button app-way" onClick={() => showing.getState().toggle()}>
      {say("app.leave")}
    </button>
  );
}
