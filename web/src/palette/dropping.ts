/** A node type carried from the library onto the canvas. */

import { entriesOf, nameOf } from "../graph/search.ts";
import type { DocumentStore } from "../state/document.ts";
import type { PaletteAt } from "../state/ui.ts";
import { remember } from "./liked.ts";
import { add } from "./placing.ts";

/** Adds the node of that name, as `nameOf` gave it; nothing where there is none. */
export function dropNode(document: DocumentStore, name: string, at: PaletteAt): void {
  const { catalogue, document: graph } = document.getState();
  const entry = entriesOf(catalogue, graph).find((one) => nameOf(one) === name);
  if (!entry) return;
  remember(name);
  add(document, entry, at);
}
