/** Copies put into the open file: duplicated, pasted. */

import type { Pasted } from "../graph/clipboard.ts";
import type { Graph } from "../graph/model.ts";
import type { Editor } from "../state/editor.ts";

/** Puts copies in, as one step, and selects them. Gives their ids. */
export function put(
  editor: Editor,
  label: string,
  make: (document: Graph, place: string) => Pasted,
): readonly string[] {
  const { place, change } = editor.document.getState();
  let ids: readonly string[] = [];
  change(label, (document) => {
    const made = make(document, place);
    ({ ids } = made);
    return made.document;
  });
  if (ids.length > 0) editor.document.getState().select(ids);
  return ids;
}
