/** A seed: typed, thrown, kept or moved on after each run; says which one made the picture. */

import type { JSX } from "react";
import { say } from "../texts/texts.ts";
import { NumberField } from "./NumberField.tsx";
import { SEED_MODES, randomSeed } from "./seeds.ts";
import type { SeedMode } from "./seeds.ts";
import type { WidgetProps } from "./widget.ts";

export interface SeedProps extends WidgetProps {
  readonly mode: SeedMode;
  readonly setMode: (mode: SeedMode) => void;
  /** The seed that made the newest picture; null before the first run. */
  readonly used: number | null;
}

const WORDS = {
  fixed: "field.seed.fixed",
  random: "field.seed.random",
  increment: "field.seed.increment",
} as const;

export function SeedField({ mode, setMode, used, ...props }: SeedProps): JSX.Element {
  const { set, value } = props;
  const after = say("field.seed.mode", { mode: say(WORDS[mode]) });
  const next = SEED_MODES[(SEED_MODES.indexOf(mode) + 1) % SEED_MODES.length] ?? "fixed";
  return (
    <div className="seed nodrag nopan">
      <NumberField {...props} />
      {used !== null && used !== value && (
        <button
          type="button"
          className="seed-used"
          title={say("field.seed.again", { seed: used })}
          aria-label={say("field.seed.again", { seed: used })}
          onClick={() => {
            set(used);
            setMode("fixed");
          }}
        >
          {say(props.roomy ? "field.seed.used" : "field.seed.back", { seed: used })}
        </button>
      )}
      <button
        type="button"
        className="mini"
        title={say("field.seed.dice")}
        aria-label={say("field.seed.dice")}
        onClick={() => set(randomSeed())}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <rect x="2" y="2" width="12" height="12" rx="2.5" className="line" />
          <circle cx="5.3" cy="5.3" r="1.1" />
          <circle cx="10.7" cy="5.3" r="1.1" />
          <circle cx="8" cy="8" r="1.1" />
          <circle cx="5.3" cy="10.7" r="1.1" />
          <circle cx="10.7" cy="10.7" r="1.1" />
        </svg>
      </button>
      <button
        type="button"
        className="mini"
        data-on={mode !== "fixed" || undefined}
        title={after}
        aria-label={after}
        onClick={() => setMode(next)}
      >
        <ModeMark mode={mode} />
      </button>
    </div>
  );
}

function ModeMark({ mode }: { readonly mode: SeedMode }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {mode === "fixed" && (
        <>
          <rect x="3" y="7" width="10" height="7" rx="1.5" className="line" />
          <path d="M5 7 V5 a3 3 0 0 1 6 0 V7" className="line" />
        </>
      )}
      {mode === "random" && (
        <path
          d="M2 4.5 H4.5 L10 11.5 H14 M2 11.5 H4.5 L6 9.6 M8.5 6.4 L10 4.5 H14 M12 2.5 L14 4.5 L12 6.5 M12 9.5 L14 11.5 L12 13.5"
          className="line"
        />
      )}
      {mode === "increment" && <path d="M8 3 V13 M3 8 H13" className="line" />}
    </svg>
  );
}
