/** The favourites among the node types, as they stand now. */

import { useMemo, useSyncExternalStore } from "react";
import { favourites, watchLiked } from "./liked.ts";

export function useFavourites(): ReadonlySet<string> {
  const names = useSyncExternalStore(watchLiked, favourites);
  return useMemo(() => new Set(names === "" ? [] : names.split("\n")), [names]);
}
