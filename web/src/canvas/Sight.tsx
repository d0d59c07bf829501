/** What is seen of the graph beside its mounted cards: all of it from afar, the rest while the hand zooms. */

import type { JSX } from "react";
import { FarLayer } from "./FarLayer.tsx";
import type { Seen } from "./FarLayer.tsx";
import type { Kept } from "./kept.ts";
import { useZooming } from "./useZooming.ts";

interface Props extends Seen {
  readonly onKept: (kept: Kept | null) => void;
}

export default function Sight({ far, onKept, ...seen }: Props): JSX.Element | null {
  useZooming(seen, onKept);
  return far || seen.kept ? <FarLayer {...seen} far={far} /> : null;
}
