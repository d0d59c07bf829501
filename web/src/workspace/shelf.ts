/** What the server offers to every open file: its node types and the lists of this machine. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { readCatalogue } from "../graph/catalogue.ts";
import type { Json } from "../graph/json.ts";
import { isList, isObject } from "../graph/json.ts";
import type { Drafts } from "./drafts.ts";

export type Lists = ReadonlyMap<string, readonly string[]>;

export interface Shelf {
  readonly catalogue: Catalogue;
  readonly lists: Lists;
}

export type ShelfStore = StoreApi<Shelf>;

/** As the server says it now; as it said last where it cannot be reached. */
export async function openShelf(drafts: Drafts | null): Promise<ShelfStore> {
  const raw = await patient(() => fresh(drafts)).catch(async (error: unknown) => {
    const last = await drafts?.kept("shelf");
    if (!(error instanceof ServerError) || !isObject(last)) throw error;
    return { catalogue: last.catalogue ?? null, choices: last.choices ?? {} };
  });
  return createStore<Shelf>(() => ({
    catalogue: readCatalogue(raw.catalogue),
    lists: listsOf(raw.choices),
  }));
}

/** Reads the lists anew, as when a model was added to a folder. */
export async function readLists(shelf: ShelfStore): Promise<void> {
  shelf.setState({ lists: listsOf(await server.choices()) });
}

const PAUSE = 700;
const PATIENCE = 90_000;

/** Asks again while the server says that it is starting: it reads its node types first. */
async function patient<T>(ask: () => Promise<T>, until = Date.now() + PATIENCE): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ServerError) || error.status !== 503 || Date.now() > until) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    return patient(ask, until);
  }
}

interface Offered {
  readonly catalogue: Json;
  readonly choices: Json;
}

async function fresh(drafts: Drafts | null): Promise<Offered> {
  const [catalogue, choices] = await Promise.all([server.catalogue(), server.choices()]);
  void drafts?.keep("shelf", { catalogue, choices }).catch(() => undefined);
  return { catalogue, choices };
}

function listsOf(choices: Json): Lists {
  if (!isObject(choices)) return new Map();
  return new Map(
    Object.entries(choices).map(([name, items]) => [
      name,
      isList(items) ? items.filter((item) => typeof item === "string") : [],
    ]),
  );
}
