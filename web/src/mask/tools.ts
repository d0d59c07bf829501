/** What is in the hand: the tool, its width, its edge. Pure but for what the last painter left. */

import type { Brush } from "./pixels.ts";

export const TOOLS = ["brush", "eraser", "box"] as const;
export type Tool = (typeof TOOLS)[number];

export interface Held {
  readonly tool: Tool;
  /** The brush's width in pixels of the picture. */
  readonly size: number;
  /** 0 to 1. */
  readonly soft: number;
  /** How strongly the mask is shown over the picture, 0 to 1. */
  readonly opacity: number;
}

export const LEAST = 1;
export const MOST = 1000;
/** The stops of the slider: each a twentieth wider than the one before. */
export const STOPS = Math.round(Math.log(MOST / LEAST) / Math.log(1.05));

export const FIRST: Held = { tool: "brush", size: 0, soft: 0.2, opacity: 0.6 };

export function resized(held: Held, size: number): Held {
  return { ...held, size: Math.max(LEAST, Math.min(MOST, Math.round(size))) };
}

/** So many steps wider or narrower, one pixel at least. */
export function stepped(held: Held, steps: number): Held {
  const size = held.size * 1.15 ** steps;
  const least = held.size + Math.sign(steps);
  return resized(held, steps > 0 ? Math.max(size, least) : Math.min(size, least));
}

/** The stop of the slider for a size, and the size at a stop. */
export function stopOf(size: number): number {
  return Math.round(Math.log(size / LEAST) / Math.log(1.05));
}

export function sizeAt(stop: number): number {
  return Math.max(LEAST, Math.min(MOST, Math.round(LEAST * 1.05 ** stop)));
}

export function brushOf({ tool, soft }: Held): Brush {
  return { erase: tool === "eraser", soft };
}

export type Act = "undo" | "redo" | "invert" | "clear" | "fill" | "fit" | "use";
export type Pressed =
  | { readonly act: Act }
  | { readonly tool: Tool }
  | { readonly wider: number }
  | { readonly nearer: number };

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Readonly<Partial<Record<string, Pressed>>> = {
  b: { tool: "brush" },
  e: { tool: "eraser" },
  r: { tool: "box" },
  i: { act: "invert" },
  f: { act: "fit" },
  "0": { act: "fit" },
  delete: { act: "clear" },
  backspace: { act: "clear" },
  "[": { wider: -1 },
  "]": { wider: 1 },
  // Where brackets are hard to reach.
  ",": { wider: -1 },
  ".": { wider: 1 },
  "+": { nearer: 1 },
  "=": { nearer: 1 },
  "-": { nearer: -1 },
};

/** What a key means in the painter; null where nothing. */
export function pressed(event: Key): Pressed | null {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    // Where brackets are made with AltGr, that comes as Ctrl and Alt together.
    if (event.altKey) return key === "[" || key === "]" ? (PLAIN[key] ?? null) : null;
    if (key === "z") return { act: event.shiftKey ? "redo" : "undo" };
    if (key === "y") return { act: "redo" };
    return key === "enter" ? { act: "use" } : null;
  }
  return event.altKey ? null : (PLAIN[key] ?? null);
}
