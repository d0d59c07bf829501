/** What is seen of the graph beside its mounted cards: all of it from afar, the rest while the hand zooms. */

import type { JSX } from "react";
import type { Geometry } from "../graph/geometry.ts";
import { FarLayer } from "./FarLayer.tsx";
import type { WireEdge } from "./flow.ts";
import type { Kept } from "./kept.ts";
import { useZooming } from "./useZooming.ts";

interface Props {
  readonly geometry: Geometry;
  readonly wires: readonly WireEdge[];
  readonly selection: ReadonlySet<string>;
  readonly far: boolean;
  /** The cards that are mounted; null for all. */
  readonly kept: Kept | null;
  readonly onKept: (kept: Kept | null) => void;
}

export default function Sight({ far, onKept, ...seen }: Props): JSX.Element | null {
  useZooming(seen, onKept);
  return far || seen.kept ? <FarLayer {...seen} far={far} /> : null;
}
