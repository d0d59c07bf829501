/** The rail at the left edge: what can be opened beside the canvas, and the panel that is open. */

import type { JSX } from "react";
import { Suspense } from "react";
import { Boundary } from "../shell/Boundary.tsx";
import { IconButton } from "../shell/IconButton.tsx";
import type { IconName } from "../shell/Icon.tsx";
import { useUi } from "../state/editor.ts";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { PANELS } from "../workspace/desk.ts";
import type { Panel } from "../workspace/desk.ts";
import { useDesk, useFeed } from "../workspace/work.ts";
import "./panels.css";

const Queue = lateView(() => import("./Queue.tsx"));
const Models = lateView(() => import("./Models.tsx"));
const Log = lateView(() => import("./Log.tsx"));
const TextView = lateView(() => import("./TextView.tsx"));

const ICONS: Readonly<Record<Panel, IconName>> = {
  queue: "queue",
  models: "models",
  log: "log",
  text: "text",
};

export function SideBar(): JSX.Element {
  const panel = useDesk((desk) => desk.panel);
  const open = useDesk((desk) => desk.open);
  const ask = useDesk((desk) => desk.ask);
  const library = useUi((ui) => !ui.hidden.has("library"));
  const toggle = useUi((ui) => ui.toggle);
  const waiting = useFeed(
    (feed) => feed.runs.filter(({ status }) => status === "queued" || status === "running").length,
  );
  return (
    <>
      <nav className="rail-bar" aria-label={say("panel.rail")}>
        <IconButton icon="folder" label={say("panel.open")} onClick={() => ask({ kind: "open" })} />
        <IconButton
          icon="plus"
          label={say("panel.library")}
          pressed={library}
          onClick={() => toggle("library")}
        />
        {PANELS.map((one) => (
          <span key={one} className="rail-item">
            <IconButton
              icon={ICONS[one]}
              label={say(`panel.${one}`)}
              pressed={panel === one}
              onClick={() => open(panel === one ? null : one)}
            />
            {one === "queue" && waiting > 0 && <small aria-hidden="true">{waiting}</small>}
          </span>
        ))}
        <span className="rail-space" />
        <IconButton
          icon="command"
          label={say("panel.commands")}
          onClick={() => ask({ kind: "commands" })}
        />
        <IconButton icon="keys" label={say("panel.keys")} onClick={() => ask({ kind: "keys" })} />
        <IconButton
          icon="gear"
          label={say("panel.settings")}
          onClick={() => ask({ kind: "settings" })}
        />
      </nav>
      {panel && (
        <aside className="side-panel" data-panel={panel} aria-label={say(`panel.${panel}`)}>
          <header>
            <h2>{say(`panel.${panel}`)}</h2>
            <IconButton icon="close" label={say("panel.close")} onClick={() => open(null)} />
          </header>
          <Boundary key={panel}>
            <Suspense>
              <Shown panel={panel} />
            </Suspense>
          </Boundary>
        </aside>
      )}
    </>
  );
}

function Shown({ panel }: { readonly panel: Panel }): JSX.Element {
  switch (panel) {
    case "queue":
      return <Queue />;
    case "models":
      return <Models />;
    case "log":
      return <Log />;
    case "text":
      return <TextView />;
  }
}
