/** The value of one field of a node, and what changes it; a key typed re-renders this field's node. */

import { useMemo } from "react";
import { resetParam, setParam } from "../graph/commands/nodes.ts";
import type { Json } from "../graph/json.ts";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph } from "../state/document.ts";
import { useDocument, useEditor } from "../state/editor.ts";
import { portWords } from "../canvas/words.ts";

/** The typed value; undefined where the default counts. Unchanged values keep their identity. */
export function useTyped(id: string, port: string): Json | undefined {
  return useDocument((state) => scopesOf(shownGraph(state)).nodes.get(id)?.params.get(port));
}

export interface Setting {
  readonly set: (value: Json) => void;
  readonly reset: () => void;
}

/** Sets a param as one step of a burst of typing, or takes it out again. */
export function useSetting(id: string, port: string): Setting {
  const { document } = useEditor();
  return useMemo(() => {
    const burst = `type:${id}.${port}`;
    return {
      set: (value) =>
        document
          .getState()
          .edit(`Set ${portWords(port)}`, (graph) => setParam(graph, id, port, value), burst),
      reset: () =>
        document
          .getState()
          .edit(`Reset ${portWords(port)}`, (graph) => resetParam(graph, id, port), burst),
    };
  }, [document, id, port]);
}
