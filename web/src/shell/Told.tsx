/** Sentences for the person: what was refused, what had to be cut; and the voice for readers. */

import type { JSX } from "react";
import { useRuns, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";

export function Told(): JSX.Element {
  const told = useUi((ui) => ui.told);
  const said = useUi((ui) => ui.said);
  const tell = useUi((ui) => ui.tell);
  const refused = useRuns((runs) => runs.refused);
  const dismiss = useRuns((runs) => runs.dismiss);
  const sentence = refused || told;
  return (
    <>
      <div className="visually-hidden" aria-live="polite">
        {said}
      </div>
      {sentence !== "" && (
        <div className="told" role="status">
          <span>{sentence}</span>
          <button type="button" className="button" onClick={() => (refused ? dismiss() : tell(""))}>
            {say("refused.dismiss")}
          </button>
        </div>
      )}
    </>
  );
}
