/** Everything that is wrong: with the graph as it stands, and in the newest run. */

import type { JSX } from "react";
import type { Problem } from "../graph/errors.ts";
import { usePlan, useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { ProblemRow } from "./ProblemRow.tsx";
import "./inspector/inspector.css";

export default function Problems(): JSX.Element {
  const planned = usePlan((plan) => plan.problems);
  const ran = useRuns((runs) => runs.problems);
  const known = new Set(planned.map(keyOf));
  const others = ran.filter((found) => !known.has(keyOf(found)));
  const count = planned.length + others.length;
  if (count === 0) {
    return (
      <div className="problems-none">
        <p>{say("problems.none")}</p>
        <p className="inspect-about">{say("problems.none.about")}</p>
      </div>
    );
  }
  return (
    <div className="inspector">
      <p className="inspect-heading">
        {count === 1 ? say("problems.count.one") : say("problems.count", { count })}
      </p>
      <List title={say("problems.here")} problems={planned} />
      <List title={say("problems.run")} problems={others} />
    </div>
  );
}

function keyOf({ code, path, port }: Problem): string {
  return [code, path, port].join("\n");
}

function List({
  title,
  problems,
}: {
  readonly title: string;
  readonly problems: readonly Problem[];
}): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <section>
      <h3 className="inspect-section">{title}</h3>
      <ul className="problems">
        {problems.map((found, at) => (
          <ProblemRow key={`${keyOf(found)} ${at}`} found={found} whole />
        ))}
      </ul>
    </section>
  );
}
