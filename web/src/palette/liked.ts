/** Which node types this person uses, and which are favourites: kept in the browser. */

import type { Liked } from "../graph/search.ts";
import { NOTHING_LIKED } from "../graph/search.ts";

const KEY = "latentgraph.liked";
const RECENT = 12;

interface Kept {
  readonly recent?: readonly string[];
  readonly favourite?: readonly string[];
}

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept;
  } catch {
    // Unreadable or forbidden: nothing is remembered, and nothing is lost by that.
    return {};
  }
}

function write(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing (private windows) still adds nodes.
  }
  for (const tell of watching) tell();
}

const watching = new Set<() => void>();

/** Calls back at each change, those of other tabs of this browser as well; returns how to stop. */
export function watchLiked(tell: () => void): () => void {
  const other = ({ key }: StorageEvent): void => {
    if (key === KEY || key === null) tell();
  };
  watching.add(tell);
  window.addEventListener("storage", other);
  return () => {
    watching.delete(tell);
    window.removeEventListener("storage", other);
  };
}

/** The favourites as one text, the same as long as they are: a name a line. */
export function favourites(): string {
  return (read().favourite ?? []).join("\n");
}

export function liked(): Liked {
  const { recent = [], favourite = [] } = read();
  return recent.length + favourite.length === 0
    ? NOTHING_LIKED
    : { recent, favourite: new Set(favourite) };
}

export function remember(name: string): void {
  const { recent = [], favourite = [] } = read();
  write({ recent: [name, ...recent.filter((one) => one !== name)].slice(0, RECENT), favourite });
}

export function toggleFavourite(name: string): void {
  const { recent = [], favourite = [] } = read();
  const without = favourite.filter((one) => one !== name);
  write({ recent, favourite: without.length < favourite.length ? without : [...favourite, name] });
}
