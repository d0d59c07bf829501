/** The history strip: the pictures of past runs, the newest first, live; those at work before them. */

import type { CSSProperties, JSX } from "react";
import { memo, useEffect } from "react";
import * as server from "../api/server.ts";
import type { RunSummary } from "../api/server.ts";
import { IconButton } from "../shell/IconButton.tsx";
import { useUi } from "../state/editor.ts";
import { language, say } from "../texts/texts.ts";
import { ago } from "../workspace/times.ts";
import { useSeen } from "../workspace/seen.ts";
import { useDesk, useFeed } from "../workspace/work.ts";
import { openRuns } from "./feed.ts";
import "./strip.css";

export default function Strip(): JSX.Element | null {
  const runs = useFeed((feed) => feed.runs);
  const next = useFeed((feed) => feed.next);
  const ready = useFeed((feed) => feed.ready);
  const hidden = useUi((ui) => ui.hidden.has("results"));
  const toggle = useUi((ui) => ui.toggle);
  if (hidden || !ready) return null;
  const open = openRuns(runs);
  const ended = runs.filter(
    ({ status, cover }) => cover !== null && status !== "running" && status !== "queued",
  );
  if (open.length + ended.length === 0) return null;
  return (
    <section className="strip" aria-label={say("results.strip")}>
      <ol>
        {open.length > 0 && (
          <Working count={open.length} running={open.find(({ status }) => status === "running")} />
        )}
        {ended.map((run) => (
          <Past key={run.id} run={run} />
        ))}
        {next !== null && <More />}
      </ol>
      <IconButton icon="down" label={say("results.hide")} onClick={() => toggle("results")} />
    </section>
  );
}

function Working({
  count,
  running,
}: {
  readonly count: number;
  readonly running: RunSummary | undefined;
}): JSX.Element {
  const progress = useFeed((feed) => (running ? feed.progress.get(running.id) : undefined));
  const open = useDesk((desk) => desk.open);
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  const text = progress ? `${progress.done}/${progress.total}` : say("results.working");
  return (
    <li>
      <button
        type="button"
        className="strip-work"
        title={say("panel.queue")}
        onClick={() => open("queue")}
      >
        <span className="strip-ring" style={ringOf(share)} />
        <span>{text}</span>
        {count > 1 && <small>{say("results.more", { count: count - 1 })}</small>}
      </button>
    </li>
  );
}

/** A ring that closes with the turns: a custom property of the style sheet. */
function ringOf(share: number): CSSProperties {
  return { ["--share" as string]: share };
}

const Past = memo(function Past({ run }: { readonly run: RunSummary }): JSX.Element {
  const ask = useDesk((desk) => desk.ask);
  const title = run.title || say("file.untitled");
  const when = run.finished ? ago(run.finished, language()) : "";
  return (
    <li>
      <button
        type="button"
        className="strip-picture"
        aria-label={say("results.show", { title, when })}
        title={`${title}\n${when}`}
        onClick={() => ask({ kind: "results", shown: run.id })}
      >
        {run.cover && (
          <img src={server.thumbnail(run.cover.hash, 128)} alt="" loading="lazy" decoding="async" />
        )}
        {run.pictures > 1 && <small>{run.pictures}</small>}
      </button>
    </li>
  );
});

/** The end of the strip: when it comes into view, the page before is read. */
function More(): JSX.Element {
  const more = useFeed((feed) => feed.more);
  const next = useFeed((feed) => feed.next);
  const [box, seen] = useSeen();
  useEffect(() => {
    if (seen) void more();
  }, [seen, more, next]);
  return <li ref={box} className="strip-more" aria-hidden="true" />;
}
