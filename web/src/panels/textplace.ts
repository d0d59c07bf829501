/** Where in a graph's text a problem is: its line, counted from 1. Pure. */

import type { Problem } from "../graph/errors.ts";

const AT = /at line (\d+), column (\d+)/;

/** The line that a problem is about; 1 where the text does not show it. */
export function lineOfProblem(text: string, { message, path, port }: Problem): number {
  const told = AT.exec(message);
  if (told) return Number(told[1]);
  let from = 0;
  for (const name of stepsOf(path)) from = after(text, name, from);
  if (port !== "") from = after(text, port, from);
  return lineAt(text, from);
}

/** The names that lead to a node: those of public inputs, which may be called alike, come before. */
function stepsOf(path: string): readonly string[] {
  if (path === "") return [];
  const defined = /^definitions\.([^.]+)(?:\.(.*))?$/.exec(path);
  if (!defined) return ["nodes", ...path.split("/")];
  const [, part = "", node] = defined;
  return ["definitions", part, ...(node === undefined ? [] : ["nodes", ...node.split("/")])];
}

/** The place behind a name in an object, from a place on; that place where it is not to be found. */
function after(text: string, name: string, from: number): number {
  const found = text.indexOf(`${JSON.stringify(name)}:`, from);
  return found < 0 ? from : found + name.length + 3;
}

export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", next + 1))
    line++;
  return line;
}

/** Where a line begins, and where it ends. */
export function spanOfLine(text: string, line: number): readonly [number, number] {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  return [start, end < 0 ? text.length : end];
}

export type Token = readonly [kind: "name" | "text" | "number" | "word" | "", text: string];
const TOKENS = /("(?:[^"\\\n]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** A JSON text in pieces to be coloured; joined they are the text again, whatever it is. */
export function tokensOf(text: string): readonly Token[] {
  const found: Token[] = [];
  let last = 0;
  for (const match of text.matchAll(TOKENS)) {
    if (match.index > last) found.push(["", text.slice(last, match.index)]);
    const [whole, string, colon, number] = match;
    if (string !== undefined) {
      found.push([colon === undefined ? "text" : "name", string]);
      if (colon !== undefined) found.push(["", colon]);
    } else found.push([number === undefined ? "word" : "number", whole]);
    last = match.index + whole.length;
  }
  if (last < text.length) found.push(["", text.slice(last)]);
  return found;
}
