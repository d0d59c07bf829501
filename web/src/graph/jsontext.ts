/**
 * JSON text, read strictly: a name twice in one object, NaN, numbers that are no double and half
 * surrogate pairs are found. Knows nothing of graphs.
 */

import { problem } from "./errors.ts";
import type { Problem } from "./errors.ts";
import { MAX_INT, quoted } from "./json.ts";

const MAX_TEXT_DEPTH = 2_000;
export const MAX_DEPTH = 100;
const HALF_PAIR = /\p{Surrogate}/u;
const BAD_TEXT = "holds half of a surrogate pair, which is no character.";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];

/** A parsed value that may still hold what a graph cannot: NaN, or an integer kept as bigint. */
export type Raw = unknown;

class NotJson extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The value of a JSON text; what is wrong with the text is added to `problems`. */
export function decode(text: string, problems: Problem[]): Raw {
  const reader = new Reader(text.startsWith("\uFEFF") ? text.slice(1) : text, problems);
  try {
    const value = reader.whole();
    if (HALF_PAIR.test(text) || /\\ud/i.test(text)) problems.push(...halfPairs(value));
    return value;
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    problems.push(problem(error.code, error.message));
    return null;
  }
}

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly problems: Problem[];

  constructor(text: string, problems: Problem[]) {
    this.text = text;
    this.problems = problems;
  }

  whole(): Raw {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.fail("something follows after its end");
    return value;
  }

  private value(depth: number): Raw {
    if (depth > MAX_TEXT_DEPTH) {
      throw new NotJson("too_deep", "The JSON is nested too deeply for a graph.");
    }
    this.space();
    const letter = this.text[this.at];
    if (letter === "{") return this.object(depth);
    if (letter === "[") return this.list(depth);
    if (letter === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private object(depth: number): Raw {
    const made = Object.create(null) as Record<string, Raw>;
    const counts = new Map<string, number>();
    this.at++;
    this.space();
    if (this.skip("}")) return made;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail("a name in double quotes is missing");
      const name = this.string();
      this.space();
      if (!this.skip(":")) this.fail("a colon is missing");
      made[name] = this.value(depth + 1);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      this.space();
    } while (this.skip(","));
    if (!this.skip("}")) this.fail("a comma or a closing brace is missing");
    for (const [name, count] of counts) if (count > 1) this.repeated(name, count);
    return made;
  }

  private repeated(name: string, count: number): void {
    const message = `The name ${quoted(name)} occurs ${count} times in one object.`;
    this.problems.push(problem("duplicate_key", message, "", "", "Rename or remove all but one."));
  }

  private list(depth: number): Raw {
    const made: Raw[] = [];
    this.at++;
    this.space();
    if (this.skip("]")) return made;
    do {
      made.push(this.value(depth + 1));
      this.space();
    } while (this.skip(","));
    if (!this.skip("]")) this.fail("a comma or a closing bracket is missing");
    return made;
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      const letter = this.text[this.at];
      if (letter === undefined) this.fail("a text has no closing quote");
      if (letter === '"') break;
      this.at += letter === "\\" ? 2 : 1;
    }
    this.at++;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      return this.fail("a text holds a control character or a wrong escape");
    }
  }

  private number(): number | bigint {
    NUMBER.lastIndex = this.at;
    const token = NUMBER.exec(this.text)?.[0];
    if (token === undefined) return this.fail("a value is missing");
    this.at += token.length;
    const value = Number(token);
    if (Math.abs(value) <= MAX_INT || /[.eE]/.test(token)) return value;
    if (token.length > 4300) {
      throw new NotJson("bad_number", "The JSON holds an integer of thousands of digits.");
    }
    // Doubles up to 1e21 are written as integers, so these are read; all others would change.
    return String(value) === token ? value : BigInt(token);
  }

  private space(): void {
    while (" \n\r\t".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private skip(letter: string): boolean {
    if (this.text[this.at] !== letter) return false;
    this.at++;
    return true;
  }

  private fail(what: string): never {
    const before = this.text.slice(0, this.at).split("\n");
    const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new NotJson("bad_json", `This is not JSON: ${what} at ${where}.`);
  }
}

/** One problem for each text, name or value, that no encoding can hold. */
function* halfPairs(raw: Raw): Generator<Problem> {
  const waiting: [Raw, string][] = [[raw, ""]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, where] = next;
    if (typeof value === "string") {
      if (HALF_PAIR.test(value)) yield problem("bad_text", BAD_TEXT, "", where);
    } else if (Array.isArray(value)) {
      for (const item of value) waiting.push([item, where]);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        waiting.push([name, where], [item, where === "" ? name : `${where}.${name}`]);
      }
    }
  }
}

/** What keeps a parsed value out of a graph, as code and message; null if nothing does. */
export function flaw(value: Raw): readonly [string, string] | null {
  const waiting: [Raw, number][] = [[value, 1]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [item, depth] = next;
    if (typeof item === "bigint") {
      return ["out_of_range", "wants an integer of at most 2^53-1 in size, this is larger."];
    }
    if (typeof item === "number" && !Number.isFinite(item)) {
      return ["bad_number", `wants a finite number, this is ${item}.`];
    }
    if (typeof item !== "object" || item === null) continue;
    if (depth > MAX_DEPTH) return ["too_deep", `is nested more than ${MAX_DEPTH} deep.`];
    for (const inner of Object.values(item)) waiting.push([inner, depth + 1]);
  }
  return null;
}
