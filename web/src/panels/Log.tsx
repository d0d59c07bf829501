/** What happened in a run, event by event, as the server's log has it; it grows while it runs. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { RunEvent } from "../api/server.ts";
import { orNull } from "../results/peeking.ts";
import { useRuns } from "../state/editor.ts";
import { language, say } from "../texts/texts.ts";
import { ago } from "../workspace/times.ts";
import { useDesk, useFeed } from "../workspace/work.ts";
import { lineOf } from "./logline.ts";
import "../results/branch.css";

const PARTS = ["all", "nodes", "problems"] as const;
type Part = (typeof PARTS)[number];
const POLL = 700;

export default function Log(): JSX.Element {
  const asked = useDesk((desk) => desk.logged);
  const watched = useRuns((runs) => runs.watched);
  const runs = useFeed((feed) => feed.runs);
  const [chosen, setChosen] = useState("");
  const [part, setPart] = useState<Part>("all");
  const id = chosen || asked || (watched ?? runs[0]?.id ?? "");
  const events = useRunEvents(id);
  if (id === "") return <p className="panel-none panel-body">{say("log.none")}</p>;
  const lines = events
    .map(lineOf)
    .filter(
      ({ kind }) =>
        part === "all" || kind === "main" || (part === "nodes" ? kind === "node" : kind === "bad"),
    );
  return (
    <>
      <div className="log-bar">
        <span className="branch-select">
          <select
            aria-label={say("log.choose")}
            value={id}
            onChange={(event) => setChosen(event.target.value)}
          >
            {!runs.some((run) => run.id === id) && <option value={id}>{id}</option>}
            {runs.slice(0, 60).map((run) => (
              <option key={run.id} value={run.id}>
                {run.title || say("file.untitled")} · {ago(run.created, language())}
              </option>
            ))}
          </select>
        </span>
        <span className="branch-select">
          <select
            aria-label={say("log.filter")}
            value={part}
            onChange={(event) => setPart(event.target.value as Part)}
          >
            {PARTS.map((one) => (
              <option key={one} value={one}>
                {say(`log.${one}`)}
              </option>
            ))}
          </select>
        </span>
      </div>
      <div className="panel-body">
        {lines.length === 0 && <p className="panel-none">{say("log.empty")}</p>}
        <ol className="log">
          {lines.map(({ seq, time, text, kind }) => (
            <li
              key={seq}
              data-bad={kind === "bad" || undefined}
              data-main={kind === "main" || undefined}
            >
              <time dateTime={time}>{time.slice(11, 19)}</time>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

/** All events of a run so far; asked for more as long as it has not ended. */
function useRunEvents(id: string): readonly RunEvent[] {
  const [found, setFound] = useState<{ readonly id: string; readonly events: readonly RunEvent[] }>(
    { id: "", events: [] },
  );
  useEffect(() => {
    if (id === "") return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let events: readonly RunEvent[] = [];
    const read = async (): Promise<void> => {
      const more = await orNull(server.runEvents(id, events.at(-1)?.seq ?? 0));
      if (gone) return;
      if (more && more.length > 0) {
        events = [...events, ...more];
        setFound({ id, events });
      }
      const ended =
        events.at(-1)?.type === "run_finished" || (more === null && events.length === 0);
      if (!ended) timer = setTimeout(() => void read(), POLL);
    };
    void read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id]);
  return found.id === id ? found.events : [];
}
