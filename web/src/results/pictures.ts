/** The pictures of past runs, the newest first, and what is known of the run of each. */

import type { Run, StoredFile } from "../api/server.ts";

export interface Picture {
  readonly run: string;
  readonly file: StoredFile;
}

/** Final pictures of a run: what its sinks saved, then what its outputs show; each file once. */
export function picturesOf(run: Run): readonly StoredFile[] {
  const saved = run.artifacts.filter((artifact) => !artifact.preview);
  const shown = Object.values(run.values).flatMap((value) => value.pictures ?? []);
  const byHash = new Map([...saved, ...shown].map((file) => [file.hash, file]));
  return [...byHash.values()].filter((file) => file.media_type.startsWith("image/"));
}
