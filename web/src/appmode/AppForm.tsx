/** The public inputs of the file as a form, and the button that runs it. */

import type { JSX } from "react";
import { splitWire } from "../graph/model.ts";
import { duration } from "../canvas/words.ts";
import { useDocument, useEditor, usePlan, useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { settle } from "../widgets/typing.ts";
import { PublicField } from "./PublicField.tsx";
import { Progress } from "./Progress.tsx";

export function AppForm(): JSX.Element {
  const { document: store } = useEditor();
  const document = useDocument((state) => state.document);
  const submit = useRuns((runs) => runs.submit);
  const cancel = useRuns((runs) => runs.cancel);
  const submitting = useRuns((runs) => runs.submitting);
  const held = useRuns((runs) => !runs.submitting && runs.held.length > 0);
  const busy = useRuns((runs) => runs.open.length > 0) || held;
  const inputs = [...document.inputs];
  const run = (): void => {
    settle();
    void submit(store.getState().document);
    showResults();
  };
  return (
    <form
      className="app-form"
      aria-label={say("app.form")}
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      {inputs.length === 0 && <p className="app-note">{say("app.no.inputs")}</p>}
      {inputs.map(([name, { about }]) => (
        <div key={name} className="app-field">
          <PublicField name={name} />
          {about !== "" && <p className="app-about">{about}</p>}
        </div>
      ))}
      <Troubles />
      <div className="app-go">
        <div className="app-buttons">
          <button type="submit" className="button button-strong app-run" disabled={submitting}>
            {say(busy ? "app.again" : "app.run")}
            <Cost />
          </button>
          {busy && (
            <button type="button" className="button" onClick={() => void cancel()}>
              {say("app.cancel")}
            </button>
          )}
        </div>
        {held && <p className="app-note">{say("queue.held")}</p>}
        <Progress />
      </div>
    </form>
  );
}

/** On a narrow page the pictures stand below the form: they come into view as the run begins. */
function showResults(): void {
  const form = window.document.querySelector(".app-form");
  const results = window.document.querySelector(".app-results");
  const below =
    form && results && results.getBoundingClientRect().top >= form.getBoundingClientRect().bottom;
  if (below) results.scrollIntoView({ block: "start", behavior: "smooth" });
}

/** What the run would cost, before it is started. */
function Cost(): JSX.Element | null {
  const total = usePlan((plan) => plan.total);
  const count = usePlan((plan) => plan.count);
  const problems = usePlan((plan) => plan.problems.length);
  if (problems > 0 || total === null) return null;
  return (
    <span className="run-cost">
      {count === 0 ? say("app.kept") : say("app.estimate", { time: duration(total) })}
    </span>
  );
}

/** Problems that no field of the form shows: of nodes behind it, and of the newest run. */
function Troubles(): JSX.Element | null {
  const inputs = useDocument((state) => state.document.inputs);
  const planned = usePlan((plan) => plan.problems);
  const ran = useRuns((runs) => runs.problems);
  const refused = useRuns((runs) => runs.refused);
  const shown = new Set([...inputs.values()].map(({ to }) => to[0] ?? ""));
  const others = [...planned, ...ran].filter(
    ({ path, port }) => !shown.has(`${splitWire(path)[0]}.${port}`),
  );
  const sentences = [
    ...new Set([
      ...(refused === "" ? [] : [refused]),
      ...others.map(({ message, path }) => (path === "" ? message : `${path}: ${message}`)),
    ]),
  ];
  if (sentences.length === 0) return null;
  return (
    <div className="app-troubles" role="alert">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
