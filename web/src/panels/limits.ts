/** What a plain input allows, in a few words. */

import type { Input } from "../graph/catalogue.ts";
import type { Json } from "../graph/json.ts";
import { MAX_INT } from "../graph/json.ts";
import { say } from "../texts/texts.ts";

/** `int, 1 to 10,000, default 20`: the type, its limits and the default. */
export function inputWords(input: Input, standard: Json | undefined): string {
  return [
    input.plain?.kind === "enum" || input.choices ? "" : input.type,
    ...limitWords(input),
    defaultWords(input, standard),
  ]
    .filter(Boolean)
    .join(" · ");
}

function limitWords({ plain }: Input): readonly string[] {
  const limits = plain?.limits;
  if (!limits || (plain.kind !== "int" && plain.kind !== "float")) return [];
  const low = bound(limits.ge ?? limits.gt);
  const high = bound(limits.le ?? limits.lt);
  const words: string[] = [];
  if (low !== "" && high !== "") words.push(say("inspect.limits.between", { low, high }));
  else if (low !== "") words.push(say("inspect.limits.least", { low }));
  else if (high !== "") words.push(say("inspect.limits.most", { high }));
  if (limits.multiple_of !== null)
    words.push(say("inspect.limits.multiple", { step: limits.multiple_of }));
  return words;
}

/** The bounds of every integer say nothing. */
function bound(value: number | null): string {
  return value === null || Math.abs(value) >= MAX_INT ? "" : value.toLocaleString("en");
}

function defaultWords(input: Input, standard: Json | undefined): string {
  if (!input.plain) return input.required ? "" : say("inspect.optional");
  if (standard === undefined || standard === "" || (input.required && standard === null)) return "";
  const value =
    standard === null
      ? say("field.unset")
      : typeof standard === "string"
        ? standard
        : JSON.stringify(standard);
  return value.length > 40 ? "" : say("inspect.default", { value });
}
