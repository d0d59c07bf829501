/**
 * Undo and redo: a list of changes, one for each gesture, that survives a reload.
 *
 * It holds changes of the document only: results, selection and camera are not undone.
 */

import { apply, diff, patchesFromText, patchesToText } from "./diff.ts";
import type { Patch } from "./diff.ts";
import type { Graph } from "./model.ts";

/** One step. `merge` names the burst it belongs to: more of the same within a moment joins it. */
export interface Step {
  readonly label: string;
  readonly place: string;
  readonly merge: string;
  readonly at: number;
  readonly forward: readonly Patch[];
  readonly back: readonly Patch[];
}

export interface History {
  /** The oldest first. */
  readonly past: readonly Step[];
  /** What was undone, the next to redo last. */
  readonly future: readonly Step[];
}

export interface Gesture {
  /** What the step is called in the menu: "Move 3 nodes". */
  readonly label: string;
  /** The graph it was done in: empty, or a definition's name. */
  readonly place?: string;
  /** The same text for all changes of one burst (`type:positive.text`); absent: a step of its own. */
  readonly merge?: string;
  /** Milliseconds; the caller's clock. */
  readonly at: number;
}

export const EMPTY_HISTORY: History = { past: [], future: [] };
export const MAX_STEPS = 500;
/** A pause longer than this, in milliseconds, ends a burst of typing. */
export const BURST = 1_200;

/** The history after a change; nothing is recorded where nothing changed. */
export function record(history: History, before: Graph, after: Graph, gesture: Gesture): History {
  const last = history.past.at(-1);
  if (last && continues(last, gesture, history)) {
    const start = apply(before, last.back);
    const step = stepOf(start, after, gesture);
    const past = history.past.slice(0, -1);
    return { past: step.forward.length > 0 ? [...past, step] : past, future: [] };
  }
  const step = stepOf(before, after, gesture);
  if (step.forward.length === 0) return history;
  return { past: [...history.past, step].slice(-MAX_STEPS), future: [] };
}

function continues(last: Step, gesture: Gesture, history: History): boolean {
  const { merge = "", place = "", at } = gesture;
  if (merge === "" || history.future.length > 0) return false;
  return last.merge === merge && last.place === place && at - last.at <= BURST;
}

function stepOf(before: Graph, after: Graph, gesture: Gesture): Step {
  const { label, place = "", merge = "", at } = gesture;
  return { label, place, merge, at, forward: diff(before, after), back: diff(after, before) };
}

/** Ends a burst, so that what follows is a step of its own (Enter, a lost focus, a run). */
export function seal(history: History): History {
  const last = history.past.at(-1);
  if (!last || last.merge === "") return history;
  return { ...history, past: [...history.past.slice(0, -1), { ...last, merge: "" }] };
}

export interface Moved {
  readonly history: History;
  readonly document: Graph;
  readonly step: Step;
}

/** One step back; null where there is none. */
export function undo(history: History, document: Graph): Moved | null {
  const step = history.past.at(-1);
  if (!step) return null;
  const moved = { past: history.past.slice(0, -1), future: [...history.future, step] };
  return { history: moved, document: apply(document, step.back), step };
}

/** One step forward again; null where there is none. */
export function redo(history: History, document: Graph): Moved | null {
  const step = history.future.at(-1);
  if (!step) return null;
  const moved = { past: [...history.past, step], future: history.future.slice(0, -1) };
  return { history: seal(moved), document: apply(document, step.forward), step };
}

/** The history as text, for a draft. */
export function historyToText(history: History): string {
  return patchesToText(history);
}

/** Reads what `historyToText` wrote; an empty history where that cannot be read. */
export function historyFromText(text: string): History {
  try {
    const raw = patchesFromText(text) as Partial<History> | null;
    if (!Array.isArray(raw?.past) || !Array.isArray(raw.future)) return EMPTY_HISTORY;
    return { past: raw.past as readonly Step[], future: raw.future as readonly Step[] };
  } catch {
    return EMPTY_HISTORY;
  }
}
