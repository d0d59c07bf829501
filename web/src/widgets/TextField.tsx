/** One line of text. */

import type { JSX, KeyboardEvent } from "react";
import { say } from "../texts/texts.ts";
import { useTyping } from "./typing.ts";
import type { WidgetProps } from "./widget.ts";

export function TextField({
  control,
  name,
  input,
  value,
  set,
  reset,
  problem,
}: WidgetProps): JSX.Element {
  const [draft, typing] = useTyping();
  const nullable = input.plain?.nullable === true;
  const commit = (text: string): void => (text === "" && nullable ? reset() : set(text));
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter" || event.key === "Escape") typing.settle();
  };
  return (
    <div className="pill text nodrag nopan" data-bad={problem !== "" || undefined}>
      <label className="pill-name" htmlFor={control}>
        {name}
      </label>
      <input
        id={control}
        className="pill-input"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={name}
        aria-invalid={problem !== "" || undefined}
        aria-describedby={problem === "" ? undefined : `${control}-bad`}
        placeholder={nullable ? say("field.unset") : ""}
        value={draft ?? (typeof value === "string" ? value : "")}
        onChange={(event) => typing.type(event.target.value, commit)}
        onBlur={() => typing.settle()}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
