/** A value that no other widget knows, as JSON. */

import type { JSX } from "react";
import { useState } from "react";
import { isList, isObject } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import { say } from "../texts/texts.ts";
import { useTyping } from "./typing.ts";
import type { WidgetProps } from "./widget.ts";

export default function JsonField({
  control,
  name,
  value,
  set,
  problem,
  roomy,
}: WidgetProps): JSX.Element {
  const [draft, typing] = useTyping();
  const [wrong, setWrong] = useState({ text: "", message: "" });
  const commit = (text: string): void => {
    try {
      set(JSON.parse(text) as Json);
      setWrong({ text: "", message: "" });
    } catch (error) {
      setWrong({ text, message: error instanceof Error ? error.message : "" });
    }
  };
  const saved =
    isList(value) || isObject(value)
      ? JSON.stringify(value, null, roomy ? 2 : 0)
      : JSON.stringify(value);
  const text = draft ?? (wrong.text === "" ? saved : wrong.text);
  return (
    <div
      className="multiline nodrag nopan nowheel"
      data-bad={problem !== "" || wrong.text !== "" || undefined}
      data-roomy={roomy || undefined}
    >
      <div className="multiline-head">
        <label htmlFor={control}>{name}</label>
        {wrong.text !== "" && (
          <span className="multiline-length" role="alert">
            {say("field.bad.json", { message: wrong.message })}
          </span>
        )}
      </div>
      <textarea
        id={control}
        className="code"
        aria-label={name}
        spellCheck={false}
        rows={roomy ? 6 : 2}
        value={text}
        onChange={(event) => typing.type(event.target.value, commit)}
        onBlur={() => typing.settle()}
      />
    </div>
  );
}
