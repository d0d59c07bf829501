/** The panels at the right: a rail of icons, and the one panel that is open beside it. */

import type { JSX, KeyboardEvent } from "react";
import { Suspense } from "react";
import { useStore } from "zustand";
import { showing } from "../appmode/showing.ts";
import { usePlan, useRuns } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { keepKeys } from "../widgets/Field.tsx";
import { DOCKED, dock } from "./docked.ts";
import type { Docked } from "./docked.ts";
import { ProblemVoice } from "./ProblemVoice.tsx";
import { REGISTRY } from "./registry.ts";
import "./dock.css";

export function Dock(): JSX.Element {
  const open = useStore(dock, (state) => state.panel);
  const show = useStore(dock, (state) => state.open);
  const problems =
    usePlan((plan) => plan.problems.length) + useRuns((runs) => runs.problems.length);
  const entry = open === null ? null : REGISTRY[open];
  return (
    <aside
      className="dock"
      data-open={entry !== null || undefined}
      aria-label={say("side.label")}
      onKeyDown={leave}
    >
      {entry && (
        <section
          className="dock-panel"
          data-panel={open}
          aria-label={say(entry.label)}
          onKeyDown={keepKeys}
        >
          <header className="dock-head">
            <h2>{say(entry.label)}</h2>
            <button
              type="button"
              className="mini"
              aria-label={say("panel.hide", { name: say(entry.label) })}
              title={say("panel.hide", { name: say(entry.label) })}
              onClick={() => show(null)}
            >
              <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path className="line" d="M6 3 L11 8 L6 13" />
              </svg>
            </button>
          </header>
          <div className="dock-body" tabIndex={-1}>
            <Suspense key={open} fallback={<p className="dock-wait">{say("panel.wait")}</p>}>
              <entry.Body />
            </Suspense>
          </div>
        </section>
      )}
      <nav className="dock-rail" aria-label={say("panel.label")}>
        {DOCKED.map((panel) => (
          <RailButton
            key={panel}
            panel={panel}
            open={open === panel}
            badge={panel === "problems" ? problems : 0}
            click={() => show(open === panel ? null : panel)}
          />
        ))}
        <button
          type="button"
          className="rail-button rail-app"
          aria-label={say("app.mode")}
          title={say("app.mode")}
          onClick={() => showing.getState().toggle()}
        >
          <svg className="icon" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
            <path d="M4.5 1.8 H11.5 V14.2 H4.5 Z M4.5 8.5 H11.5 M6.5 11.3 H9.5" />
          </svg>
        </button>
      </nav>
      <ProblemVoice />
    </aside>
  );
}

/** Escape leads back to the canvas, without doing there what it does there. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.stopPropagation();
  document.querySelector<HTMLElement>(".canvas")?.focus();
}

interface RailProps {
  readonly panel: Docked;
  readonly open: boolean;
  readonly badge: number;
  readonly click: () => void;
}

function RailButton({ panel, open, badge, click }: RailProps): JSX.Element {
  const entry = REGISTRY[panel];
  const name = say(entry.label);
  const label = badge > 0 ? `${name}: ${badge}` : name;
  return (
    <button
      type="button"
      className="rail-button"
      aria-pressed={open}
      aria-label={label}
      title={label}
      onClick={click}
    >
      <svg className="icon" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
        <path d={entry.path} />
      </svg>
      {badge > 0 && <span className="rail-badge">{badge > 99 ? "99+" : badge}</span>}
    </button>
  );
}
