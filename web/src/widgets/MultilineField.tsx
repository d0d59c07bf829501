/** A text of several lines; a prompt says about how many tokens it is. */

import type { JSX } from "react";
import { say } from "../texts/texts.ts";
import { CHUNK, tokensIn, wordsIn } from "./tokens.ts";
import { useTyping } from "./typing.ts";
import type { WidgetProps } from "./widget.ts";

export function MultilineField({
  control,
  name,
  input,
  value,
  set,
  reset,
  problem,
  roomy,
  prompt = false,
}: WidgetProps): JSX.Element {
  const [draft, typing] = useTyping();
  const nullable = input.plain?.nullable === true;
  const commit = (text: string): void => (text === "" && nullable ? reset() : set(text));
  const text = draft ?? (typeof value === "string" ? value : "");
  return (
    <div
      className="multiline nodrag nopan nowheel"
      data-bad={problem !== "" || undefined}
      data-roomy={roomy || undefined}
    >
      <div className="multiline-head">
        <label htmlFor={control}>{name}</label>
        <Length text={text} prompt={prompt} />
      </div>
      <textarea
        id={control}
        aria-label={name}
        aria-invalid={problem !== "" || undefined}
        aria-describedby={problem === "" ? undefined : `${control}-bad`}
        placeholder={nullable ? say("field.unset") : ""}
        spellCheck={false}
        rows={roomy ? 4 : 2}
        value={text}
        onChange={(event) => typing.type(event.target.value, commit)}
        onBlur={() => typing.settle()}
      />
    </div>
  );
}

function Length({
  text,
  prompt,
}: {
  readonly text: string;
  readonly prompt: boolean;
}): JSX.Element | null {
  if (text === "") return null;
  if (!prompt)
    return <span className="multiline-length">{say("field.words", { count: wordsIn(text) })}</span>;
  const count = tokensIn(text);
  const parts = Math.ceil(count / CHUNK);
  return (
    <span className="multiline-length" title={say("field.tokens.about")}>
      {parts > 1 ? say("field.tokens.parts", { count, parts }) : say("field.tokens", { count })}
    </span>
  );
}
