/** The palette's ranking: which node types a few typed letters mean. */

import type { Catalogue, Declaration } from "./catalogue.ts";
import type { Graph } from "./model.ts";

/** A row of the palette. `graph` is the definition that a Subgraph row adds. */
export interface Entry {
  readonly type: string;
  readonly graph: string;
  readonly label: string;
  readonly category: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What the engine itself brings; no declaration says so. */
const STRUCTURES: readonly Entry[] = [
  structure("Repeat", "Run its body again and again, carrying values from turn to turn.", [
    "Loop",
    "For",
    "KSampler",
    "Scan",
  ]),
  structure("Map", "Run its body once for each item, and collect what comes out.", [
    "For each",
    "Batch",
    "XY plot",
  ]),
  structure("Switch", "Choose one of its inputs; only that one is computed.", [
    "If",
    "Else",
    "Choose",
    "Any switch",
  ]),
];

function structure(type: string, summary: string, aliases: readonly string[]): Entry {
  return {
    type,
    graph: "",
    label: type,
    category: "structure",
    summary,
    aliases,
    inputs: [],
    outputs: [],
  };
}

/** Every node type that can be added, the definitions of the file included. */
export function entriesOf(catalogue: Catalogue, document: Graph): readonly Entry[] {
  const parts = [...document.definitions].map(([name, part]): Entry => ({
    type: "Subgraph",
    graph: name,
    label: part.title || name,
    category: "this file",
    summary: part.about,
    aliases: [name],
    inputs: [...part.inputs.keys()],
    outputs: [...part.outputs.keys()],
  }));
  return [...[...catalogue.declarations.values()].map(entry), ...STRUCTURES, ...parts];
}

function entry(declaration: Declaration): Entry {
  return {
    type: declaration.type,
    graph: "",
    label: declaration.type,
    category: declaration.category,
    summary: declaration.summary,
    aliases: declaration.aliases,
    inputs: [...declaration.inputs.keys()],
    outputs: [...declaration.outputs.keys()],
  };
}

/** The name under which favourites and recent ones are remembered. */
export function nameOf(found: Entry): string {
  return found.graph === "" ? found.type : `Subgraph:${found.graph}`;
}

export interface Liked {
  /** The latest first. */
  readonly recent: readonly string[];
  readonly favourite: ReadonlySet<string>;
}

export const NOTHING_LIKED: Liked = { recent: [], favourite: new Set() };

/** How well a text answers: exact, prefix, word start, initials, substring; none below. */
const EXACT = 0;
const PREFIX = 1;
const WORD = 2;
const INITIALS = 3;
const ALIAS = 4;
const SUBSTRING = 5;
const DESCRIPTION = 6;
const NONE = 7;

/** The entries that answer a query, the best first; all of them for an empty one. */
export function search(
  entries: readonly Entry[],
  query: string,
  liked: Liked = NOTHING_LIKED,
): readonly Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = entries.flatMap((found) => {
    const grade = words.length === 0 ? EXACT : gradeOf(found, words);
    return grade === NONE ? [] : [{ found, grade, liking: liking(found, liked) }];
  });
  rows.sort(
    (one, other) =>
      one.grade - other.grade ||
      one.liking - other.liking ||
      (words.length === 0 ? 0 : one.found.label.length - other.found.label.length) ||
      (words.length === 0 ? 0 : one.found.label.localeCompare(other.found.label)),
  );
  return rows.map(({ found }) => found);
}

/** Favourites first, then recent ones, the latest first. */
function liking(found: Entry, liked: Liked): number {
  const name = nameOf(found);
  if (liked.favourite.has(name)) return -1;
  const at = liked.recent.indexOf(name);
  return at < 0 ? Infinity : at;
}

function gradeOf(found: Entry, words: readonly string[]): number {
  const joined = words.join("");
  const whole = nameGrade(found, joined);
  if (whole <= INITIALS) return whole;
  const each = words.map((word) => wordGrade(found, word));
  return Math.min(aliasGrade(found, joined), Math.max(...each));
}

/** The grade of one word among several: each of them must be found somewhere. */
function wordGrade(found: Entry, word: string): number {
  const name = nameGrade(found, word);
  if (name <= INITIALS) return name === EXACT ? PREFIX : name;
  const alias = aliasGrade(found, word);
  if (alias === ALIAS) return ALIAS;
  if (name === SUBSTRING) return SUBSTRING;
  const text = `${found.category} ${found.summary} ${found.inputs.join(" ")} ${found.outputs.join(" ")}`;
  return text.toLowerCase().includes(word) ? DESCRIPTION : NONE;
}

function aliasGrade(found: Entry, text: string): number {
  const grades = found.aliases.map((alias) => textGrade(alias, text));
  return Math.min(...grades, NONE) <= SUBSTRING ? ALIAS : NONE;
}

function nameGrade(found: Entry, text: string): number {
  return Math.min(
    textGrade(found.label, text),
    textGrade(found.type === "Subgraph" ? found.graph : found.type, text),
  );
}

function textGrade(name: string, text: string): number {
  const plain = letters(name);
  const wanted = letters(text);
  if (wanted === "") return NONE;
  if (plain === wanted) return EXACT;
  if (plain.startsWith(wanted)) return PREFIX;
  const parts = wordsOf(name);
  if (parts.some((_, at) => parts.slice(at).join("").startsWith(wanted))) return WORD;
  const capitals = name.replace(/[^A-Z]/g, "").toLowerCase();
  const initials = parts.map((part) => part.charAt(0)).join("");
  if (wanted.length > 1 && (initials.startsWith(wanted) || capitals.startsWith(wanted)))
    return INITIALS;
  return plain.includes(wanted) ? SUBSTRING : NONE;
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, "");
}

/** `UNetDenoise` is `unet`, `denoise`; `pack:My_node` is `pack`, `my`, `node`. */
function wordsOf(name: string): readonly string[] {
  const spaced = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]{2})([A-Z][a-z])/g, "$1 $2");
  return spaced
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map(letters);
}
