/** The timeline under a loop: its turns, and how far it is. */

import type { JSX } from "react";
import { useNodeState } from "../state/editor.ts";
import { say } from "../texts/texts.ts";

export function LoopTimeline({ id }: { readonly id: string }): JSX.Element {
  const { done, total } = useNodeState(id);
  const share = total > 0 ? done / total : 0;
  return (
    <div className="timeline">
      <div className="timeline-bar" role="progressbar" aria-valuenow={done} aria-valuemax={total} aria-label={say("node.turn", { done, total })}>
        <div className="timeline-done" style={{ width: `${share * 100}%` }} />
      </div>
      {total > 0 && <span>{say("node.turn", { done, total })}</span>}
    </div>
  );
}
