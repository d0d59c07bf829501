/** How many turns a loop has: as the plan says, as the last run had, else asked of the server. */

import { useCallback, useEffect } from "react";
import * as server from "../api/server.ts";
import { toJson } from "../graph/serialize.ts";
import { useEditor, useUi } from "../state/editor.ts";
import type { NodeState } from "../state/nodestates.ts";
import { orNull } from "./peeking.ts";

export interface Turns {
  /** 0 as long as nobody has said. */
  readonly count: number;
  /** Asks for it: a loop that no run needs is left out of the plan. */
  readonly wanted: () => void;
}

export function useTurns(loop: string, state: NodeState, port: string | null): Turns {
  const editor = useEditor();
  const standing = useUi((ui) => ui.standing);
  const count = (state.turns?.[1] ?? 0) || state.total;
  const wanted = useCallback(() => {
    if (count > 0 || port === null) return;
    const path = standing === "" ? loop : `${standing}/${loop}`;
    const { document } = editor.document.getState();
    void orNull(server.forecast(toJson(document), undefined, [`${path}.${port}`])).then((found) => {
      const [kept, of] = found?.turns[path] ?? [];
      const same = editor.document.getState().document === document;
      if (same && kept !== undefined && of !== undefined)
        editor.states.getState().set(path, { turns: [kept, of] });
    });
  }, [editor, standing, loop, port, count]);
  // All is kept, so the plan does not speak of the loop; its timeline should.
  const unneeded = state.mark === "unneeded" && state.turns === null;
  useEffect(() => {
    if (unneeded) wanted();
  }, [unneeded, wanted]);
  return { count, wanted };
}
