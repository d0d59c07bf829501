/** How far the watched run is: the loop that is running, its preview, and what is left. */

import { useStore } from "zustand";
import type { NodeState } from "../state/nodestates.ts";
import { QUIET } from "../state/nodestates.ts";
import { useEditor } from "../state/editor.ts";

/** The state of the loop or node that the run is at; quiet where it is at none. */
export function useRunningNode(): NodeState {
  const { states } = useEditor();
  return useStore(states, ({ byPath }) => {
    let found: NodeState = QUIET;
    for (const state of byPath.values()) {
      if (state.phase !== "running") continue;
      if (found === QUIET || state.total > found.total) found = state;
    }
    return found;
  });
}

/** The newest preview of a loop in the watched run; empty where there is none yet. */
export function usePreview(): string {
  const { states } = useEditor();
  return useStore(states, ({ byPath }) => {
    let picture = "";
    for (const state of byPath.values()) {
      if (state.picture.startsWith("blob:") && state.total > 0) picture = state.picture;
    }
    return picture;
  });
}
