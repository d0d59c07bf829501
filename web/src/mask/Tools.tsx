/** The bar of the painter: what to draw with, how wide and soft, and what acts on the whole mask. */

import type { JSX } from "react";
import { useStore } from "zustand";
import type { Session } from "./session.ts";
import { ToolIcon } from "./ToolIcon.tsx";
import type { ToolIconName } from "./ToolIcon.tsx";
import { STOPS, TOOLS, resized, sizeAt, stopOf } from "./tools.ts";
import { words } from "./words.ts";

const KEYS: Readonly<Partial<Record<ToolIconName, string>>> = {
  brush: "B",
  eraser: "E",
  box: "R",
  undo: "Ctrl+Z",
  redo: "Ctrl+Shift+Z",
  invert: "I",
  clear: "Del",
  nearer: "+",
  farther: "-",
  fit: "F",
};

export function Tools({ session }: { readonly session: Session }): JSX.Element {
  const held = useStore(session.store, (sitting) => sitting.held);
  const canUndo = useStore(session.store, (sitting) => sitting.canUndo);
  const canRedo = useStore(session.store, (sitting) => sitting.canRedo);
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  return (
    <div className="mask-tools" role="group" aria-label={words("tools")}>
      <div className="mask-set">
        {TOOLS.map((tool) => (
          <ToolButton
            key={tool}
            name={tool}
            pressed={held.tool === tool}
            act={() => session.hold({ ...held, tool })}
          />
        ))}
      </div>
      <Slider
        name={words("size")}
        keys="[ ]"
        value={stopOf(held.size)}
        most={STOPS}
        shown={`${held.size} px`}
        set={(stop) => session.hold(resized(held, sizeAt(stop)))}
      />
      <Slider
        name={words("soft")}
        value={Math.round(held.soft * 100)}
        most={100}
        shown={percent(held.soft)}
        set={(soft) => session.hold({ ...held, soft: soft / 100 })}
      />
      <Slider
        name={words("opacity")}
        value={Math.round(held.opacity * 100)}
        most={100}
        shown={percent(held.opacity)}
        set={(opacity) => session.hold({ ...held, opacity: opacity / 100 })}
      />
      <div className="mask-set">
        <ToolButton name="undo" disabled={!canUndo} act={() => session.undo()} />
        <ToolButton name="redo" disabled={!canRedo} act={() => session.redo()} />
      </div>
      <div className="mask-set">
        <ToolButton name="invert" act={() => session.act("invert")} />
        <ToolButton name="fill" act={() => session.act("fill")} />
        <ToolButton name="clear" act={() => session.act("clear")} />
      </div>
      <div className="mask-set">
        <ToolButton name="farther" act={() => session.zoom(1 / 1.25)} />
        <ToolButton name="nearer" act={() => session.zoom(1.25)} />
        <ToolButton name="fit" act={() => session.fit()} />
      </div>
    </div>
  );
}

interface ButtonProps {
  readonly name: ToolIconName;
  readonly act: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
}

function ToolButton({ name, act, pressed, disabled }: ButtonProps): JSX.Element {
  const label = words(name);
  const key = KEYS[name];
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={key === undefined ? label : `${label} (${key})`}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={act}
    >
      <ToolIcon name={name} />
    </button>
  );
}

interface SliderProps {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  /** The value as people read it. */
  readonly shown: string;
  readonly keys?: string;
  readonly set: (value: number) => void;
}

function Slider({ name, value, most, shown, keys, set }: SliderProps): JSX.Element {
  return (
    <label className="mask-slider" title={keys === undefined ? name : `${name} (${keys})`}>
      <span>{name}</span>
      <input
        type="range"
        min={0}
        max={most}
        value={value}
        aria-valuetext={shown}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
      <output>{shown}</output>
    </label>
  );
}
