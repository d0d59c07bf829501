/** True or false: a switch. */

import type { JSX } from "react";
import type { WidgetProps } from "./widget.ts";

export function SwitchField({ control, name, value, set, problem }: WidgetProps): JSX.Element {
  const on = value === true;
  return (
    <label
      className="pill switch nodrag nopan"
      htmlFor={control}
      data-bad={problem !== "" || undefined}
    >
      <span className="pill-name">{name}</span>
      <button
        id={control}
        type="button"
        role="switch"
        className="switch-track"
        aria-checked={on}
        aria-label={name}
        onClick={() => set(!on)}
      >
        <span className="switch-knob" />
      </button>
    </label>
  );
}
