/** What the server offers to every open file: its node types; the machine's lists come with them. */

import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import { patiently } from "../api/patience.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { readCatalogue } from "../graph/catalogue.ts";
import type { Json } from "../graph/json.ts";
import { isObject } from "../graph/json.ts";
import { setLists } from "../state/lists.ts";
import type { Drafts } from "./drafts.ts";

export interface Shelf {
  readonly catalogue: Catalogue;
}

export type ShelfStore = StoreApi<Shelf>;

/** As the server says it now; as it said last where it cannot be reached. */
export async function openShelf(drafts: Drafts | null): Promise<ShelfStore> {
  const raw = await patiently(() => fresh(drafts)).catch(async (error: unknown) => {
    const last = await drafts?.kept("shelf");
    if (!(error instanceof ServerError) || !isObject(last)) throw error;
    return { catalogue: last.catalogue ?? null, choices: last.choices ?? {} };
  });
  setLists(raw.choices);
  return createStore<Shelf>(() => ({ catalogue: readCatalogue(raw.catalogue) }));
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
