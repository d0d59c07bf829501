/** The versions of a saved graph: what each differs in from the newest, and the way back to it. */

import type { JSX } from "react";
import { useEffect, useMemo, useState } from "react";
import * as server from "../api/server.ts";
import type { Version } from "../api/server.ts";
import type { Graph } from "../graph/model.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { language, say } from "../texts/texts.ts";
import { DifferenceList } from "./DifferenceList.tsx";
import { differences } from "./differences.ts";
import { openVersion, read } from "./opening.ts";
import { restore } from "./saving.ts";
import { ago, exactly } from "./times.ts";
import { useDesk, useWork } from "./work.ts";
import "./open.css";

interface Props {
  readonly name: string;
  readonly title: string;
}

export default function VersionsDialog({ name, title }: Props): JSX.Element {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const tell = useDesk((desk) => desk.tell);
  const [versions, setVersions] = useState<readonly Version[]>([]);
  const [chosen, setChosen] = useState<number | null>(null);
  const sorry = (error: unknown): void =>
    tell({ text: error instanceof Error ? error.message : String(error) });
  useEffect(() => {
    server.versions(name).then(setVersions, (error: unknown) => tell({ text: String(error) }));
  }, [name, tell]);
  const newest = versions[0]?.version ?? 0;
  const shown = chosen ?? versions[1]?.version ?? newest;
  const close = (): void => ask(null);
  return (
    <Dialog title={say("versions.title", { title })} onClose={close} size="wide">
      <div className="versions">
        <ol className="versions-list">
          {versions.map(({ version, saved, title: called }) => (
            <li key={version}>
              <button
                type="button"
                aria-pressed={version === shown}
                onClick={() => setChosen(version)}
              >
                <span className="versions-number">{version}</span>
                <span>{version === newest ? say("versions.now") : called || name}</span>
                <span className="file-facts" title={exactly(saved, language())}>
                  {ago(saved, language())}
                </span>
              </button>
            </li>
          ))}
        </ol>
        <div className="versions-what">
          {newest > 0 && shown === newest && <p className="differ-none">{say("versions.same")}</p>}
          {newest > 0 && shown !== newest && (
            <Against name={name} version={shown} newest={newest} />
          )}
        </div>
      </div>
      <footer className="dialog-foot">
        <button
          type="button"
          className="button"
          onClick={() => void openVersion(work, name, shown).then(close, sorry)}
        >
          {say("versions.open")}
        </button>
        <button
          type="button"
          className="button button-strong"
          disabled={shown === newest}
          onClick={() => void restore(work, name, shown).then(close, sorry)}
        >
          {say("versions.restore")}
        </button>
      </footer>
    </Dialog>
  );
}

interface AgainstProps {
  readonly name: string;
  readonly version: number;
  readonly newest: number;
}

function Against({ name, version, newest }: AgainstProps): JSX.Element | null {
  const [pair, setPair] = useState<{
    readonly version: number;
    readonly old: Graph;
    readonly now: Graph;
  } | null>(null);
  useEffect(() => {
    let gone = false;
    const both = Promise.all([server.getGraph(name, version), server.getGraph(name, newest)]);
    void both.then(
      ([old, now]) => {
        if (!gone) setPair({ version, old: read(old.graph), now: read(now.graph) });
      },
      // A version that was let go meanwhile shows nothing.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [name, version, newest]);
  const found = useMemo(() => pair && differences(pair.old, pair.now), [pair]);
  if (!found || pair?.version !== version)
    return <p className="differ-none">{say("open.loading")}</p>;
  return (
    <DifferenceList
      found={found}
      before={say("open.version", { version })}
      after={say("versions.now")}
    />
  );
}
