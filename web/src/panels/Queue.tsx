/** The queue of the server: what runs, what waits and in which order, what ended lately. */

import type { JSX, ReactNode } from "react";
import { useStore } from "zustand";
import * as server from "../api/server.ts";
import type { Run, RunSummary } from "../api/server.ts";
import { Icon } from "../shell/Icon.tsx";
import { IconButton } from "../shell/IconButton.tsx";
import type { Editor } from "../state/editor.ts";
import type { Held } from "../state/runs.ts";
import { openRuns } from "../results/feed.ts";
import { language, say } from "../texts/texts.ts";
import { ago } from "../workspace/times.ts";
import { useDesk, useFeed, useTabs, useWork } from "../workspace/work.ts";

const ENDED = 30;
const NONE: readonly Held[] = [];

export default function Queue(): JSX.Element {
  const runs = useFeed((feed) => feed.runs);
  const act = useAct();
  const open = openRuns(runs);
  const running = open.filter(({ status }) => status === "running");
  const waiting = open.filter(({ status }) => status === "queued");
  const ended = runs
    .filter(({ status }) => status !== "running" && status !== "queued")
    .slice(0, ENDED);
  return (
    <div className="panel-body">
      {open.length === 0 && <p className="panel-none">{say("queue.empty")}</p>}
      <HeldRuns />
      {running.length > 0 && <h3>{say("queue.running")}</h3>}
      <ol className="jobs">
        {running.map((run) => (
          <Running key={run.id} run={run} />
        ))}
      </ol>
      {waiting.length > 0 && (
        <h3>
          {say("queue.waiting")}
          {waiting.length > 1 && (
            <button
              type="button"
              className="button"
              onClick={() => act(Promise.all(waiting.map(({ id }) => server.cancelRun(id))))}
            >
              {say("queue.cancel-all")}
            </button>
          )}
        </h3>
      )}
      <ol className="jobs">
        {waiting.map((run, at) => (
          <Waiting
            key={run.id}
            run={run}
            before={waiting[at - 1]}
            after={waiting[at + 1]}
            behind={waiting[at + 2]}
          />
        ))}
      </ol>
      {ended.length > 0 && <h3>{say("queue.ended")}</h3>}
      <ol className="jobs">
        {ended.map((run) => (
          <Ended key={run.id} run={run} />
        ))}
      </ol>
    </div>
  );
}

/** Runs that were asked for while the server was away, of every open file. */
function HeldRuns(): JSX.Element {
  const tabs = useTabs((state) => state.tabs);
  return (
    <ol className="jobs">
      {tabs.map(({ id, editor }) => (
        <HeldOf key={id} editor={editor} />
      ))}
    </ol>
  );
}

function HeldOf({ editor }: { readonly editor: Editor }): JSX.Element {
  const held = useStore(editor.runs, (runs) => (runs.submitting ? NONE : runs.held));
  const title = useStore(editor.document, (state) => state.document.title);
  const drop = (key: string): void =>
    editor.runs.setState({ held: held.filter((one) => one.key !== key) });
  return (
    <>
      {held.map(({ key }) => (
        <li key={key} className="job" data-status="held">
          <span className="job-cover">
            <Icon name="graph" />
          </span>
          <span className="job-title">{title || say("file.untitled")}</span>
          <span className="job-facts">{say("queue.held")}</span>
          <div className="job-ways">
            <IconButton icon="close" label={say("queue.cancel")} onClick={() => drop(key)} />
          </div>
        </li>
      ))}
    </>
  );
}

/** Does something to a run, and says why where that fails. */
function useAct(): (asked: Promise<unknown>) => void {
  const { feed } = useWork();
  const tell = useDesk((desk) => desk.tell);
  return (asked) => {
    asked.then(
      () => feed.getState().refresh(),
      (error: unknown) => tell({ text: error instanceof Error ? error.message : String(error) }),
    );
  };
}

function Running({ run }: { readonly run: RunSummary }): JSX.Element {
  const act = useAct();
  const progress = useFeed((feed) => feed.progress.get(run.id));
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  const facts = progress
    ? `${progress.path} · ${say("node.turn", { done: progress.done, total: progress.total })}`
    : say("queue.status.running");
  return (
    <Job run={run} facts={facts} share={share}>
      <IconButton
        icon="close"
        label={say("queue.cancel")}
        onClick={() => act(server.cancelRun(run.id))}
      />
    </Job>
  );
}

interface WaitingProps {
  readonly run: RunSummary;
  readonly before: RunSummary | undefined;
  readonly after: RunSummary | undefined;
  readonly behind: RunSummary | undefined;
}

function Waiting({ run, before, after, behind }: WaitingProps): JSX.Element {
  const act = useAct();
  const down = (): Promise<Run> => server.moveRun(run.id, behind ? { before: behind.id } : {});
  return (
    <Job run={run} facts={ago(run.created, language())}>
      <IconButton
        icon="first"
        label={say("queue.first")}
        disabled={!before}
        onClick={() => act(server.moveRun(run.id, { first: true }))}
      />
      <IconButton
        icon="up"
        label={say("queue.up")}
        disabled={!before}
        onClick={() => before && act(server.moveRun(run.id, { before: before.id }))}
      />
      <IconButton
        icon="down"
        label={say("queue.down")}
        disabled={!after}
        onClick={() => act(down())}
      />
      <IconButton
        icon="close"
        label={say("queue.cancel")}
        onClick={() => act(server.cancelRun(run.id))}
      />
    </Job>
  );
}

function Ended({ run }: { readonly run: RunSummary }): JSX.Element {
  const act = useAct();
  const open = useDesk((desk) => desk.open);
  const facts = `${say(`queue.status.${run.status}`)} · ${ago(run.finished ?? run.created, language())}`;
  return (
    <Job run={run} facts={facts}>
      <IconButton icon="log" label={say("queue.log")} onClick={() => open("log", run.id)} />
      <IconButton
        icon="again"
        label={say("queue.retry")}
        onClick={() => act(server.retryRun(run.id))}
      />
      <IconButton
        icon="trash"
        label={say("queue.remove")}
        onClick={() => act(server.removeRun(run.id))}
      />
    </Job>
  );
}

interface JobProps {
  readonly run: RunSummary;
  readonly facts: string;
  /** How far it is, 0 to 1. */
  readonly share?: number;
  readonly children: ReactNode;
}

function Job({ run, facts, share, children }: JobProps): JSX.Element {
  const ask = useDesk((desk) => desk.ask);
  const { id, cover, title, status } = run;
  const name = title || say("file.untitled");
  return (
    <li className="job" data-status={status}>
      {cover ? (
        <button
          type="button"
          className="job-cover"
          aria-label={say("results.show", { title: name, when: "" })}
          onClick={() => ask({ kind: "results", shown: id })}
        >
          <img src={server.thumbnail(cover.hash, 96)} alt="" loading="lazy" />
        </button>
      ) : (
        <span className="job-cover">
          <Icon name={status === "failed" ? "warn" : "graph"} />
        </span>
      )}
      <span className="job-title">{name}</span>
      <span className="job-facts" title={facts}>
        {facts}
      </span>
      <div className="job-ways">{children}</div>
      {share !== undefined && (
        <div className="job-bar">
          <span style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </li>
  );
}
