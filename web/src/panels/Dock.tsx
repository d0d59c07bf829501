/** The panels at the right: a rail of icons, and the one panel that is open beside it. */

import type { JSX } from "react";
import { Suspense } from "react";
import { useStore } from "zustand";
import { usePlan, useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import type { Panel } from "../workspace/desk.ts";
import { PANELS } from "../workspace/desk.ts";
import { useWork } from "../workspace/work.ts";
import { keepKeys } from "../widgets/Field.tsx";
import { ProblemVoice } from "./ProblemVoice.tsx";
import { REGISTRY } from "./registry.ts";
import "./dock.css";

export function Dock(): JSX.Element {
  const { desk } = useWork();
  const open = useStore(desk, (state) => state.panel);
  const show = useStore(desk, (state) => state.open);
  const problems = usePlan((plan) => plan.problems.length) + useRuns((runs) => runs.problems.length);
  const entry = open === null ? undefined : REGISTRY[open];
  return (
    <aside className="dock" data-open={entry !== undefined || undefined} aria-label={say("panel.label")}>
      {entry && (
        <section className="dock-panel" id="dock-panel" aria-label={say(entry.label)} onKeyDown={keepKeys}>
          <header className="dock-head">
            <h2>{say(entry.label)}</h2>
            <button type="button" className="mini" aria-label={say("panel.hide", { name: say(entry.label) })} title={say("panel.hide", { name: say(entry.label) })} onClick={() => show(null)}>
              <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path className="line" d="M6 3 L11 8 L6 13" />
              </svg>
            </button>
          </header>
          <div className="dock-body" tabIndex={-1}>
            <Suspense fallback={<p className="dock-wait">{say("panel.wait")}</p>}>
              <entry.Body key={open} />
            </Suspense>
          </div>
        </section>
      )}
      <nav className="dock-rail" aria-label={say("panel.label")}>
        {PANELS.map((panel) => (
          <RailButton key={panel} panel={panel} open={open === panel} badge={panel === "problems" ? problems : 0} click={() => show(open === panel ? null : panel)} />
        ))}
      </nav>
      <ProblemVoice />
    </aside>
  );
}

interface RailProps {
  readonly panel: Panel;
  readonly open: boolean;
  readonly badge: number;
  readonly click: () => void;
}

function RailButton({ panel, open, badge, click }: RailProps): JSX.Element | null {
  const entry = REGISTRY[panel];
  if (!entry) return null;
  const name = say(entry.label);
  const label = badge > 0 ? `${name}: ${badge}` : name;
  return (
    <button type="button" className="rail-button" aria-pressed={open} aria-label={label} title={label} onClick={click}>
      <svg className="icon" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
        <path d={entry.path} />
      </svg>
      {badge > 0 && <span className="rail-badge">{badge > 99 ? "99+" : badge}</span>}
    </button>
  );
}
