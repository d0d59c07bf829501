/** How the run goes, in words and as a bar; read out when it ends. */

import type { JSX } from "react";
import { duration } from "../canvas/words.ts";
import type { Run } from "../api/server.ts";
import { useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useRunningNode } from "./useProgress.ts";

export function Progress(): JSX.Element {
  const status = useRuns((runs) => runs.status);
  const open = useRuns((runs) => runs.open.length);
  const newest = useRuns((runs) => runs.results.find((run) => run.id === runs.watched));
  const running = useRunningNode();
  const { done, total, rate } = running;
  const busy = open > 0;
  const share = total > 0 ? done / total : 0;
  const left = busy && rate > 0 ? say("app.left", { time: duration((total - done) / rate) }) : "";
  return (
    <div className="app-progress" data-busy={busy || undefined}>
      {busy && (
        <div
          className="app-bar"
          role="progressbar"
          aria-label={say("app.progress")}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={total > 0 ? Math.round(share * 100) : undefined}
        >
          <span style={{ width: `${share * 100}%` }} data-unknown={total === 0 || undefined} />
        </div>
      )}
      <p className="app-words">
        {busy
          ? [status === "running" ? stepWords(done, total, rate) : say("app.waiting"), left]
              .filter(Boolean)
              .join(" · ")
          : endWords(newest)}
      </p>
      <p className="visually-hidden" role="status">
        {!busy && newest?.status === "completed" ? say("app.said.ready") : ""}
      </p>
    </div>
  );
}

function stepWords(done: number, total: number, rate: number): string {
  if (total === 0) return say("app.running");
  return rate > 0
    ? say("app.step.rate", { done, total, rate: rate.toFixed(rate < 10 ? 1 : 0) })
    : say("app.step", { done, total });
}

function endWords(run: Run | undefined): string {
  switch (run?.status) {
    case "completed":
      return run.started !== null && run.finished !== null
        ? say("app.done", {
            time: duration((Date.parse(run.finished) - Date.parse(run.started)) / 1000),
          })
        : "";
    case "cancelled":
      return say("app.cancelled");
    case "failed":
      return say("app.failed");
    default:
      return "";
  }
}
