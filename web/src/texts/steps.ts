/**
 * The steps of a history in the user's language.
 *
 * A history is kept in drafts, so its labels are in English whatever was spoken when a step was
 * made; they are read by the English texts `step.*` and said anew.
 */

import en from "./en.json";
import { say } from "./texts.ts";
import type { TextName } from "./texts.ts";

interface Form {
  readonly name: TextName;
  readonly gaps: readonly string[];
  readonly pattern: RegExp;
}

/** The label in words; as it is where it was said in the user's language already. */
export function stepWords(label: string): string {
  for (const { name, gaps, pattern } of forms()) {
    const found = pattern.exec(label);
    if (found)
      return say(name, Object.fromEntries(gaps.map((gap, at) => [gap, found[at + 1] ?? ""])));
  }
  return label;
}

let made: readonly Form[] | null = null;

/** Those without gaps first, then the longest: "Remove a note" is not the removal of `a note`. */
function forms(): readonly Form[] {
  made ??= Object.entries(en)
    .filter(([name]) => name.startsWith("step."))
    .map(([name, text]) => formOf(name as TextName, text))
    .sort((one, other) => one.gaps.length - other.gaps.length || length(other) - length(one));
  return made;
}

function length({ pattern }: Form): number {
  return pattern.source.length;
}

function formOf(name: TextName, text: string): Form {
  const gaps = [...text.matchAll(/\{(\w+)\}/g)].map(([, gap = ""]) => gap);
  const parts = text.split(/\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return part === "count" ? "(\\d+)" : "(.+?)";
  });
  return { name, gaps, pattern: new RegExp(`^${parts.join("")}$`, "s") };
}
