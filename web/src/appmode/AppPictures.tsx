/** What came of the runs: the picture in large, live while it is made, and earlier ones below. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { Run, RunSummary } from "../api/server.ts";
import { named } from "../results/ending.ts";
import { useDocument, useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { outcomeOf } from "./outcome.ts";
import type { Picture } from "./outcome.ts";
import { usePreview } from "./useProgress.ts";

const EARLIER = 24;

export function AppPictures(): JSX.Element {
  const results = useRuns((runs) => runs.results);
  const busy = useRuns((runs) => runs.status === "running" && runs.open.length > 0);
  const preview = usePreview();
  const earlier = useEarlier(results);
  const [chosen, setChosen] = useState<Run | null>(null);
  const newest = results.find((run) => run.status === "completed");
  // A new picture shows itself; one chosen from below stays until then.
  const [seen, setSeen] = useState(newest?.id);
  if (seen !== newest?.id) {
    setSeen(newest?.id);
    setChosen(null);
  }
  const run = chosen ?? newest;
  return (
    <section className="app-results" aria-label={say("app.results")}>
      {busy && preview !== "" && chosen === null ? (
        <figure className="app-picture" data-live>
          <img src={preview} alt={say("app.running")} />
        </figure>
      ) : (
        <Shown run={run} />
      )}
      {earlier.length > 0 && (
        <>
          <h2 className="app-earlier-title">{say("app.earlier")}</h2>
          <ul className="app-earlier">
            {earlier.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  aria-label={new Date(one.created).toLocaleString()}
                  aria-pressed={one.id === run?.id}
                  onClick={() => void server.getRun(one.id).then(setChosen)}
                >
                  {one.cover && (
                    <img src={server.thumbnail(one.cover.hash)} alt="" loading="lazy" />
                  )}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Shown({ run }: { readonly run: Run | undefined }): JSX.Element {
  const outcome = run ? outcomeOf(run) : { pictures: [], told: [] };
  if (outcome.pictures.length === 0 && outcome.told.length === 0) {
    return (
      <div className="app-picture app-none">
        <p>{say("app.none")}</p>
        <p className="app-about">{say("app.none.about", { run: say("app.run") })}</p>
      </div>
    );
  }
  return (
    <div className="app-outcome" data-count={Math.min(outcome.pictures.length, 4)}>
      {outcome.pictures.map((picture, at) => (
        <Frame
          key={`${picture.hash} ${at}`}
          picture={picture}
          at={at}
          count={outcome.pictures.length}
        />
      ))}
      {outcome.told.map(({ name, text }) => (
        <p key={name} className="app-told">
          {say("app.summary", { name, text })}
        </p>
      ))}
    </div>
  );
}

function Frame({
  picture,
  at,
  count,
}: {
  readonly picture: Picture;
  readonly at: number;
  readonly count: number;
}): JSX.Element {
  const { name, url, media_type, width, height } = picture;
  const label =
    count === 1
      ? say("app.picture.one", { name })
      : say("app.picture", { name, at: at + 1, count });
  const small = width !== null && width < 256;
  return (
    <figure className="app-picture">
      <img
        src={url}
        alt={label}
        width={width ?? undefined}
        height={height ?? undefined}
        data-small={small || undefined}
      />
      <figcaption>
        <span>
          {name}
          {width !== null && height !== null && ` · ${width} × ${height}`}
        </span>
        <a href={url} download={named(name, media_type)}>
          {say("app.download")}
        </a>
      </figcaption>
    </figure>
  );
}

/** Runs of graphs with this title that gave a picture, the newest first; read again after each run. */
function useEarlier(results: readonly Run[]): readonly RunSummary[] {
  const title = useDocument((state) => state.document.title);
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  const newest = results[0]?.id;
  useEffect(() => {
    let current = true;
    void server
      .listRuns({ status: "completed", limit: "100" })
      .then((page) => {
        if (current)
          setRuns(
            page.runs.filter((run) => run.title === title && run.cover !== null).slice(0, EARLIER),
          );
      })
      // Offline, what is shown stays.
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [title, newest]);
  return runs;
}
