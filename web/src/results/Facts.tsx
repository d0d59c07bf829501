/** What is known of a picture: its seed, size, time; and what differs from the one beside it. */

import type { JSX } from "react";
import { useMemo } from "react";
import type { Run, StoredFile } from "../api/server.ts";
import { duration } from "../canvas/words.ts";
import { language, say } from "../texts/texts.ts";
import { DifferenceList } from "../workspace/DifferenceList.tsx";
import { differences, valueText } from "../workspace/differences.ts";
import type { Json } from "../graph/json.ts";
import { exactly } from "../workspace/times.ts";
import { seedsOf } from "./seeds.ts";
import { useRunGraph } from "./useRun.ts";

interface Props {
  readonly run: Run;
  readonly file: StoredFile;
  /** The run that it is compared with; null where it is not. */
  readonly against: Run | null;
}

export function Facts({ run, file, against }: Props): JSX.Element {
  const graph = useRunGraph(run.id);
  const other = useRunGraph(against?.id ?? null);
  const found = useMemo(() => graph && other && differences(other, graph), [graph, other]);
  const seeds = graph ? seedsOf(graph) : [];
  const seconds =
    run.started && run.finished
      ? (Date.parse(run.finished) - Date.parse(run.started)) / 1000
      : null;
  return (
    <div className="facts">
      {found ? (
        <section>
          <h3>{say("results.differ")}</h3>
          <DifferenceList found={{ ...found, moved: 0 }} before="A" after="B" />
        </section>
      ) : null}
      <dl>
        {seeds.map(([where, seed]) => (
          <Row
            key={where}
            name={seeds.length > 1 ? where : say("results.seed")}
            value={String(seed)}
          />
        ))}
        {Object.entries(run.inputs).map(([name, value]) =>
          name === "seed" ? null : <Row key={name} name={name} value={valueText(value as Json)} />,
        )}
        <Row name={say("results.size")} value={`${file.width ?? "?"} × ${file.height ?? "?"}`} />
        {seconds !== null && <Row name={say("results.took")} value={duration(seconds)} />}
        {run.finished && (
          <Row name={say("results.made")} value={exactly(run.finished, language())} />
        )}
        <Row name={say("results.run")} value={run.id} />
      </dl>
    </div>
  );
}

function Row({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
