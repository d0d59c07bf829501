/** The pictures of past runs in full: zoom, the seed, its graph, and A/B with another one. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { Run } from "../api/server.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { IconButton } from "../shell/IconButton.tsx";
import { say } from "../texts/texts.ts";
import { nameFrom } from "../workspace/file.ts";
import { openRun } from "../workspace/opening.ts";
import { useDesk, useFeed, useWork } from "../workspace/work.ts";
import { Compare } from "./Compare.tsx";
import { Facts } from "./Facts.tsx";
import { named } from "./ending.ts";
import { picturesOf } from "./pictures.ts";
import { useRun } from "./useRun.ts";
import { Zoom } from "./Zoom.tsx";
import "./viewer.css";

export default function Viewer({ shown: first }: { readonly shown: string }): JSX.Element {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const tell = useDesk((desk) => desk.tell);
  const runs = useFeed((feed) => feed.runs);
  const [shown, setShown] = useState(first);
  const [other, setOther] = useState<string | null>(null);
  const [comparing, setComparing] = useState(false);
  const [at, setAt] = useState(0);
  const run = useRun(shown);
  const against = useRun(other);
  const past = runs.filter(
    ({ cover, status }) => cover !== null && status !== "running" && status !== "queued",
  );
  const index = past.findIndex(({ id }) => id === shown);
  const show = (id: string | undefined): void => {
    if (id === undefined) return;
    setShown(id);
    setAt(0);
  };
  const choose = (id: string): void => {
    if (comparing) setOther(id === shown ? null : id);
    else show(id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowLeft") show(past[index - 1]?.id);
    else if (event.key === "ArrowRight") show(past[index + 1]?.id);
  };
  const pictures = run ? picturesOf(run) : [];
  const file = pictures[Math.min(at, pictures.length - 1)];
  const rival = against ? picturesOf(against)[0] : undefined;
  const openGraph = (): void => {
    void openRun(work, shown).then(
      () => ask(null),
      (error: unknown) => tell({ text: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <Dialog title={run?.title ?? say("results.title")} onClose={() => ask(null)} size="whole">
      <div className="viewer" onKeyDown={onKeyDown}>
        <div className="viewer-stage">
          {file && comparing && rival ? (
            <Compare
              key={`${file.hash} ${rival.hash}`}
              a={rival.url}
              b={file.url}
              width={file.width ?? 512}
              height={file.height ?? 512}
            />
          ) : (
            file && <Zoom key={file.hash} file={file} title={run?.title ?? ""} />
          )}
          {comparing && !rival && <p className="viewer-hint">{say("results.choose")}</p>}
          <IconButton
            icon="left"
            className="viewer-turn viewer-left"
            label={say("results.newer")}
            disabled={index <= 0}
            onClick={() => show(past[index - 1]?.id)}
          />
          <IconButton
            icon="right"
            className="viewer-turn viewer-right"
            label={say("results.older")}
            disabled={index < 0 || index >= past.length - 1}
            onClick={() => show(past[index + 1]?.id)}
          />
        </div>
        <aside className="viewer-side">
          <div className="viewer-ways">
            <button type="button" className="button button-strong" onClick={openGraph}>
              {say("results.graph")}
            </button>
            <button
              type="button"
              className="button"
              aria-pressed={comparing}
              onClick={() => {
                setComparing(!comparing);
                if (!comparing && other === null)
                  setOther(past[index + 1]?.id ?? past[index - 1]?.id ?? null);
              }}
            >
              {say("results.compare")}
            </button>
            {file && (
              <a
                className="button"
                href={file.url}
                download={named(
                  `${nameFrom(run?.title ?? "")}-${shown.slice(0, 8)}`,
                  file.media_type,
                )}
              >
                {say("open.download")}
              </a>
            )}
          </div>
          {pictures.length > 1 && (
            <ol className="viewer-many">
              {pictures.map((picture, which) => (
                <li key={picture.hash}>
                  <button
                    type="button"
                    aria-pressed={which === at}
                    aria-label={say("results.picture", { at: which + 1 })}
                    onClick={() => setAt(which)}
                  >
                    <img src={server.thumbnail(picture.hash, 128)} alt="" loading="lazy" />
                  </button>
                </li>
              ))}
            </ol>
          )}
          {run && file && <Facts run={run} file={file} against={comparing ? against : null} />}
        </aside>
        <Film
          runs={past.map(({ id, cover }) => [id, cover?.hash ?? ""])}
          shown={shown}
          other={comparing ? other : null}
          onChoose={choose}
        />
      </div>
    </Dialog>
  );
}

interface FilmProps {
  readonly runs: readonly (readonly [string, string])[];
  readonly shown: string;
  readonly other: string | null;
  readonly onChoose: (run: Run["id"]) => void;
}

/** All past pictures along the foot; the shown one is kept in view. */
function Film({ runs, shown, other, onChoose }: FilmProps): JSX.Element {
  const [here, setHere] = useState<HTMLElement | null>(null);
  useEffect(() => {
    // In braces: newer browsers give a promise back, which is no clean-up.
    here?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [here]);
  return (
    <ol className="film">
      {runs.map(([id, hash]) => (
        <li key={id}>
          <button
            type="button"
            ref={id === shown ? setHere : null}
            aria-pressed={id === shown}
            data-other={id === other || undefined}
            onClick={() => onChoose(id)}
          >
            <img src={server.thumbnail(hash, 128)} alt="" loading="lazy" decoding="async" />
            {id === shown && other !== null && <b>B</b>}
            {id === other && <b>A</b>}
          </button>
        </li>
      ))}
    </ol>
  );
}
