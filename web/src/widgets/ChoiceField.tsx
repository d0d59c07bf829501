/** One of several values, or an entry of one of the machine's lists; the list can be searched. */

import type { JSX } from "react";
import { Suspense, useState } from "react";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { useList } from "../state/lists.ts";
import type { WidgetProps } from "./widget.ts";

const ChoiceList = lateView(() => import("./ChoiceList.tsx"));

export function ChoiceField({
  control,
  name,
  input,
  value,
  set,
  reset,
  problem,
}: WidgetProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const { plain, choices } = input;
  const found = useList(choices);
  const chosen = typeof value === "string" ? value : "";
  const options = choices
    ? [...new Set([...choices.extra, ...(found ?? [])])]
    : (plain?.values ?? []);
  const missing =
    choices !== null &&
    found !== null &&
    chosen !== "" &&
    !chosen.startsWith("sha256:") &&
    !options.includes(chosen);
  const text = chosen === "" ? say(plain?.nullable ? "field.unset" : "field.pick") : chosen;
  const said = missing ? say("field.missing", { value: chosen }) : chosen;
  const trigger = (
    <button
      id={control}
      type="button"
      className="choice-value"
      aria-label={`${name}: ${said || text}`}
      aria-haspopup="listbox"
      aria-expanded={open}
      aria-describedby={problem === "" ? undefined : `${control}-bad`}
      title={said}
      onClick={() => setOpen(true)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        const at = options.indexOf(chosen) + (event.key === "ArrowDown" ? 1 : -1);
        const next = options[Math.max(0, Math.min(options.length - 1, at))];
        if (next !== undefined) set(next);
      }}
    >
      <span className="choice-text" data-unset={chosen === "" || undefined}>
        {text}
      </span>
      <Chevron />
    </button>
  );
  const choose = (next: string | null): void => {
    setOpen(false);
    if (next === null) reset();
    else set(next);
  };
  return (
    <div
      className="pill choice nodrag nopan"
      data-bad={problem !== "" || missing || undefined}
      data-missing={missing || undefined}
    >
      <span className="pill-name">{name}</span>
      {open ? (
        <Suspense fallback={trigger}>
          <ChoiceList
            name={name}
            options={options}
            chosen={chosen}
            unset={plain?.nullable === true}
            refresh={choices !== null}
            choose={choose}
            close={() => setOpen(false)}
          >
            {trigger}
          </ChoiceList>
        </Suspense>
      ) : (
        trigger
      )}
    </div>
  );
}

function Chevron(): JSX.Element {
  return (
    <svg className="choice-mark" viewBox="0 0 10 10" width="9" height="9" aria-hidden="true">
      <path d="M1.5 3.5 L5 7 L8.5 3.5" />
    </svg>
  );
}
