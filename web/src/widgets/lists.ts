/** The machine's lists (models, images, LoRAs), as the server has them; read when first asked for. */

import { useEffect } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Choices } from "../graph/catalogue.ts";

export type Lists = Readonly<Record<string, readonly string[]>>;

interface Known {
  /** Null before the first answer: what is missing is not known yet. */
  readonly lists: Lists | null;
}

const store = createStore<Known>(() => ({ lists: null }));
const EMPTY: readonly string[] = [];
let asking: Promise<void> | null = null;

/** Asks the server anew, as when a list is opened: files come and go. */
export function refreshLists(): Promise<void> {
  asking ??= server
    .choices()
    .then((lists) => store.setState({ lists }))
    .catch((error: unknown) => {
      // Offline, what was last known stands.
      if (!(error instanceof ServerError)) throw error;
    })
    .finally(() => (asking = null));
  return asking;
}

/** The entries of a list; null as long as they are not known. */
export function useList(choices: Choices | null): readonly string[] | null {
  const name = choices?.name;
  const found = useStore(store, ({ lists }) =>
    name === undefined || lists === null ? null : (lists[name] ?? EMPTY),
  );
  const unknown = name !== undefined && found === null;
  useEffect(() => {
    if (unknown) void refreshLists();
  }, [unknown]);
  return found;
}

/** All that may be chosen: what needs no file first. */
export function entriesOf(choices: Choices, found: readonly string[]): readonly string[] {
  return [...new Set([...choices.extra, ...found])];
}
