/** A number: typed in as a value or a sum, stepped with the arrow keys, or dragged sideways. */

import type { CSSProperties, JSX, KeyboardEvent, PointerEvent } from "react";
import { useRef } from "react";
import { evaluate } from "../graph/arithmetic.ts";
import { checkValue } from "../graph/plain.ts";
import type { Plain } from "../graph/plain.ts";
import { useTell } from "./useTell.ts";
import { say } from "../texts/texts.ts";
import { barOf, stepOf, stepped } from "./stepping.ts";
import { useTyping } from "./typing.ts";
import { useScrub } from "./useScrub.ts";
import type { WidgetProps } from "./widget.ts";

/** Pixels of a drag that make one step. */
const PIXELS = 4;

export function NumberField({
  control,
  name,
  input,
  value,
  set,
  reset,
  problem,
}: WidgetProps): JSX.Element | null {
  const [draft, typing] = useTyping();
  const tell = useTell();
  const field = useRef<HTMLInputElement>(null);
  const begin = useRef<{ readonly value: number; readonly width: number } | null>(null);
  const { plain } = input;
  const number = typeof value === "number" ? value : null;
  const bar = plain && barOf(plain, input.widget?.kind);
  const scrub = useScrub({
    move: (pixels, event) => {
      if (!plain) return;
      begin.current ??= {
        value: number ?? plain.limits?.ge ?? 0,
        width: event.currentTarget.getBoundingClientRect().width,
      };
      const { value: from, width } = begin.current;
      const step = stepOf(plain, from, bar, event);
      const count =
        bar && !event.shiftKey && !event.altKey
          ? (pixels / width) * ((bar.high - bar.low) / step)
          : pixels / PIXELS;
      const next = stepped(plain, from, step, Math.round(count));
      if (next !== number) set(next);
    },
    click: () => {
      field.current?.focus();
      field.current?.select();
    },
    end: () => (begin.current = null),
  });
  if (!plain) return null;
  const by = (sign: number, event: KeyboardEvent): void => {
    typing.settle();
    set(
      stepped(plain, number ?? plain.limits?.ge ?? 0, stepOf(plain, number ?? 0, bar, event), sign),
    );
  };
  const read = (text: string): void => {
    const found = take(plain, text, number ?? 0);
    if (found === "empty") reset();
    else if (found === null)
      tell(say("field.not.number", { text, value: number ?? say("field.unset") }));
    else set(found);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "ArrowUp") by(1, event);
    else if (event.key === "ArrowDown") by(-1, event);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      typing.settle();
      event.currentTarget.select();
    } else if (event.key === "Escape") {
      typing.drop();
      event.currentTarget.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = number === null ? "" : String(number);
  const style =
    bar && number !== null
      ? ({ "--fill": `${((number - bar.low) / (bar.high - bar.low)) * 100}%` } as CSSProperties)
      : undefined;
  return (
    <div
      className="pill number nodrag nopan"
      data-bar={bar ? true : undefined}
      data-bad={problem !== "" || undefined}
      style={style}
      {...scrub}
    >
      <label className="pill-name" htmlFor={control}>
        {name}
      </label>
      <input
        ref={field}
        id={control}
        className="pill-input"
        type="text"
        role="spinbutton"
        inputMode="decimal"
        autoComplete="off"
        aria-label={name}
        aria-valuenow={number ?? undefined}
        aria-valuemin={plain.limits?.ge ?? undefined}
        aria-valuemax={plain.limits?.le ?? undefined}
        aria-invalid={problem !== "" || undefined}
        aria-describedby={problem === "" ? undefined : `${control}-bad`}
        placeholder={placeholder(input.default, plain)}
        value={draft ?? shown}
        onChange={(event) => typing.hold(event.target.value, read)}
        onBlur={() => typing.settle()}
        onKeyDown={onKeyDown}
        onPointerDown={stay}
      />
    </div>
  );
}

function stay(event: PointerEvent): void {
  event.stopPropagation();
}

function placeholder(fallback: WidgetProps["value"], plain: Plain): string {
  if (typeof fallback === "number") return String(fallback);
  return plain.nullable ? say("field.unset") : "";
}

/** What a typed text means: a number (sums are worked out), nothing at all, or no number (null). */
function take(plain: Plain, text: string, current: number): number | "empty" | null {
  if (text.trim() === "") return "empty";
  const found = evaluate(text, current);
  if (found === null) return null;
  const whole = plain.kind === "int" ? Math.round(found) : found;
  // 1/3 of a size is no whole number: a sum may be rounded, a typed 2.5 is a mistake to be shown.
  const typed = Number(text.replace(",", "."));
  return Number.isFinite(typed) && checkValue(plain, typed) !== null ? typed : whole;
}
