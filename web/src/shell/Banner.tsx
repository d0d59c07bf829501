/** What stands between this page and others: no server, a newer version, the file open twice. */

import type { JSX } from "react";
import * as server from "../api/server.ts";
import { say } from "../texts/texts.ts";
import { read } from "../workspace/opening.ts";
import { useDesk, useLine, useShownTab, useWork } from "../workspace/work.ts";
import "./banner.css";

export function Banner(): JSX.Element {
  const { hurry } = useWork();
  const { up } = useLine();
  const tab = useShownTab();
  return (
    <div className="banners" aria-live="polite">
      {!up && (
        <p className="banner banner-warn" role="alert">
          <span>{say("line.stored")}</span>
          <button type="button" className="banner-button" onClick={hurry}>
            {say("line.retry")}
          </button>
        </p>
      )}
      {tab?.newer ? <Newer /> : null}
      {tab?.elsewhere === true && !tab.newer && <p className="banner">{say("file.elsewhere")}</p>}
    </div>
  );
}

function Newer(): JSX.Element | null {
  const work = useWork();
  const tab = useShownTab();
  const ask = useDesk((desk) => desk.ask);
  if (!tab?.newer) return null;
  const { newer } = tab;
  const compare = async (): Promise<void> => {
    const theirs = await server.getGraph(tab.file.name);
    ask({ kind: "conflict", tab: tab.id, theirs: read(theirs.graph), now: newer });
  };
  return (
    <p className="banner banner-warn">
      <span>{say("file.newer", { version: newer.version })}</span>
      <button type="button" className="banner-button" onClick={() => void compare()}>
        {say("file.newer.compare")}
      </button>
      <button
        type="button"
        className="banner-button"
        onClick={() =>
          void import("../workspace/saving.ts").then(({ takeNewest }) => takeNewest(work, tab))
        }
      >
        {say("file.newer.take")}
      </button>
    </p>
  );
}
