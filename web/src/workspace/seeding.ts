/** Seeds move on after a run in every open file, whichever is shown. */

import { followSeeds } from "../widgets/seeds.ts";
import type { TabsStore } from "./tabs.ts";

/** Gives the way to stop. */
export function followAllSeeds(tabs: TabsStore): () => void {
  const stops = new Map<string, () => void>();
  const follow = (): void => {
    const open = tabs.getState().tabs;
    for (const { id, editor } of open) if (!stops.has(id)) stops.set(id, followSeeds(editor));
    for (const [id, stop] of stops) {
      if (open.some((tab) => tab.id === id)) continue;
      stop();
      stops.delete(id);
    }
  };
  follow();
  const stop = tabs.subscribe(follow);
  return () => {
    stop();
    for (const one of stops.values()) one();
  };
}
