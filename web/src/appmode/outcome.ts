/** What a run has given, as an app shows it: pictures by output, and values in words. Pure. */

import type { Run } from "../api/server.ts";

export interface Picture {
  /** The public output, or the node that saved it. */
  readonly name: string;
  readonly url: string;
  readonly hash: string;
  readonly media_type: string;
  readonly width: number | null;
  readonly height: number | null;
}

export interface Told {
  readonly name: string;
  readonly text: string;
}

export interface Outcome {
  readonly pictures: readonly Picture[];
  readonly told: readonly Told[];
}

/** The public outputs of a run; where none is a picture, what its nodes saved. */
export function outcomeOf(run: Run): Outcome {
  const pictures: Picture[] = [];
  const told: Told[] = [];
  for (const [name, value] of Object.entries(run.values)) {
    if (value.kind === "picture")
      for (const file of value.pictures ?? []) pictures.push({ name, ...only(file) });
    else if (value.kind === "plain") told.push({ name, text: words(value.plain) });
  }
  if (pictures.length === 0) {
    for (const file of run.artifacts)
      if (!file.preview) pictures.push({ name: file.name || file.path, ...only(file) });
  }
  return { pictures, told };
}

function only(file: Omit<Picture, "name">): Omit<Picture, "name"> {
  const { url, hash, media_type, width, height } = file;
  return { url, hash, media_type, width, height };
}

function words(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
