/** The lists of this machine (models, pictures, LoRAs): one copy, which the whole page reads. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Choices } from "../graph/catalogue.ts";
import type { Lists } from "../graph/check/checker.ts";
import { isList, isObject } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";

interface Known {
  /** Null before the first answer: what is missing is not known yet. */
  readonly lists: Lists | null;
}

const store = createStore<Known>(() => ({ lists: null }));
const NONE: Lists = new Map();
const EMPTY: readonly string[] = [];

/** As the server gave them, or as they were kept in the browser. */
export function setLists(choices: Json): void {
  const entries = isObject(choices) ? Object.entries(choices) : [];
  store.setState({
    lists: new Map(
      entries.map(([name, items]) => [
        name,
        isList(items) ? items.filter((item) => typeof item === "string") : EMPTY,
      ]),
    ),
  });
}

/** Asks the server anew, as when a list is opened: files come and go. */
export async function refreshLists(): Promise<void> {
  try {
    setLists(await server.choices());
  } catch (error) {
    // Offline, what was last known stands.
    if (!(error instanceof ServerError)) throw error;
  }
}

/** Null as long as nobody has said. */
export function knownLists(): Lists | null {
  return store.getState().lists;
}

export function useLists(): Lists {
  return useStore(store, ({ lists }) => lists ?? NONE);
}

/** The entries of a list; null as long as they are not known. */
export function useList(choices: Choices | null): readonly string[] | null {
  return useStore(store, ({ lists }) =>
    choices === null || lists === null ? null : (lists.get(choices.name) ?? EMPTY),
  );
}
