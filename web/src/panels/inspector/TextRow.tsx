/** A text of the graph itself: its title, what it is about, the names of its inputs. */

import type { JSX } from "react";
import { useId } from "react";
import { useTyping } from "../../widgets/typing.ts";

interface Props {
  readonly name: string;
  readonly value: string;
  readonly set: (text: string) => void;
  readonly long?: boolean;
  /** Why a text will not do; empty where it will. It is then not set. */
  readonly refusal?: (text: string) => string;
  /** It is set when the field is left, not while it is typed. */
  readonly late?: boolean;
}

export function TextRow({
  name,
  value,
  set,
  long = false,
  refusal,
  late = false,
}: Props): JSX.Element {
  const id = useId();
  const [draft, typing] = useTyping();
  const text = draft ?? value;
  const why = refusal?.(text) ?? "";
  const commit = (typed: string): void => {
    if ((refusal?.(typed) ?? "") === "") set(typed);
  };
  const change = (typed: string): void =>
    late ? typing.hold(typed, commit) : typing.type(typed, commit);
  return (
    <div className="text-row">
      <label htmlFor={id}>{name}</label>
      {long ? (
        <textarea
          id={id}
          rows={2}
          value={text}
          onChange={(event) => change(event.target.value)}
          onBlur={() => typing.settle()}
        />
      ) : (
        <input
          id={id}
          type="text"
          value={text}
          spellCheck={!late}
          aria-invalid={why !== "" || undefined}
          onChange={(event) => change(event.target.value)}
          onBlur={() => typing.settle()}
          onKeyDown={(event) => {
            if (event.key === "Enter") typing.settle();
            else if (event.key === "Escape") typing.drop();
          }}
        />
      )}
      {why !== "" && (
        <span role="alert" className="field-bad">
          {why}
        </span>
      )}
    </div>
  );
}
