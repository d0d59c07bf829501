/** The bar above the canvas: what is open, and the one button. */

import type { JSX } from "react";
import { stepBack, stepForth } from "../commands/steps.ts";
import { useDocument, useEditor, usePlan, useRuns } from "../state/editor.ts";
import { stepWords } from "../texts/steps.ts";
import { say } from "../texts/texts.ts";
import { TabStrip } from "../workspace/TabStrip.tsx";
import { duration } from "../canvas/words.ts";
import { Icon } from "./Icon.tsx";
import type { IconName } from "./Icon.tsx";

export function Toolbar(): JSX.Element {
  const editor = useEditor();
  const last = useDocument((state) => state.history.past.at(-1)?.label);
  const next = useDocument((state) => state.history.future.at(-1)?.label);
  return (
    <header className="toolbar">
      <span className="toolbar-name">latentgraph</span>
      <TabStrip />
      <button
        type="button"
        className="button"
        disabled={last === undefined}
        title={last && say("edit.undo.what", { what: stepWords(last) })}
        onClick={() => stepBack(editor)}
      >
        <Words icon="undo" words={say("edit.undo")} />
      </button>
      <button
        type="button"
        className="button"
        disabled={next === undefined}
        title={next && say("edit.redo.what", { what: stepWords(next) })}
        onClick={() => stepForth(editor)}
      >
        <Words icon="redo" words={say("edit.redo")} />
      </button>
      <RunButton />
    </header>
  );
}

/** What a button says: its words, and in a narrow window its icon instead. */
function Words({ icon, words }: { readonly icon: IconName; readonly words: string }): JSX.Element {
  return (
    <>
      <Icon name={icon} />
      <span>{words}</span>
    </>
  );
}

/** Runs the graph, and says beforehand what that costs; while it runs, the way to stop it. */
export function RunButton(): JSX.Element {
  const { document } = useEditor();
  const submit = useRuns((runs) => runs.submit);
  const cancel = useRuns((runs) => runs.cancel);
  const open = useRuns((runs) => runs.open.length);
  const held = useRuns((runs) => (runs.submitting ? 0 : runs.held.length));
  const submitting = useRuns((runs) => runs.submitting);
  const problems = usePlan((plan) => plan.problems.length);
  const total = usePlan((plan) => plan.total);
  const count = usePlan((plan) => plan.count);
  const nothing = usePlan((plan) => plan.nothing?.message);
  const cost =
    held > 0
      ? say("run.held", { count: held })
      : problems > 0
        ? say("run.problems", { count: problems })
        : nothing !== undefined
          ? say("run.nothing.short")
          : total !== null && count > 0
            ? `≈ ${duration(total)}`
            : "";
  return (
    <div className="run">
      {open + held > 0 && (
        <button
          type="button"
          className="button run-cancel"
          title={say("run.cancel")}
          onClick={() => void cancel()}
        >
          <Words icon="close" words={say("run.cancel")} />
        </button>
      )}
      <button
        type="button"
        className="button button-strong run-button"
        disabled={submitting}
        title={nothing}
        data-problems={problems > 0 || nothing !== undefined || undefined}
        onClick={() => void submit(document.getState().document)}
      >
        {say(open > 0 ? "run.queue" : "run.run")}
        {cost !== "" && <span className="run-cost">{cost}</span>}
      </button>
    </div>
  );
}
