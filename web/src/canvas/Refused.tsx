/** The sentence on a refused wire, where it was dropped, with the click that would help. */

import type { JSX } from "react";
import { applyFix } from "../graph/commands/wiring.ts";
import { useDocument, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";

export function RefusedWire(): JSX.Element | null {
  const refused = useUi((ui) => ui.refused);
  const refuse = useUi((ui) => ui.refuse);
  const edit = useDocument((document) => document.edit);
  if (!refused) return null;
  const { refusal, connection, screen, place } = refused;
  const { fix } = refusal;
  const left = Math.max(8, Math.min(screen.x + 12, window.innerWidth - 340));
  const top = Math.min(screen.y + 12, window.innerHeight - 120);
  return (
    <div className="refused" role="alert" style={{ left, top }}>
      <p>{refusal.message}</p>
      <div className="refused-ways">
        {fix && (
          <button
            type="button"
            className="button button-strong"
            onClick={() => {
              edit(fix.label, (graph, types) => applyFix(graph, types, connection, fix, place));
              refuse(null);
            }}
          >
            {fix.label}
          </button>
        )}
        <button type="button" className="button" onClick={() => refuse(null)}>
          {say("refused.dismiss")}
        </button>
      </div>
    </div>
  );
}
