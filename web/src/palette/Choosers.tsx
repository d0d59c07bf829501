/** The palette and the choice of wires, where one is open: their code is fetched ahead. */

import type { JSX } from "react";
import { Suspense } from "react";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph } from "../state/document.ts";
import { useEditor, useUi } from "../state/editor.ts";
import { lateView } from "../state/late.ts";
import "./palette.css";

const Palette = lateView(() => import("./Palette.tsx"), "soon");
const WireDialog = lateView(() => import("./WireDialog.tsx"), "soon");

export function Choosers(): JSX.Element {
  const at = useUi((ui) => ui.palette);
  const node = useUi((ui) => ui.wiring);
  const { document } = useEditor();
  const wires = node !== null && scopesOf(shownGraph(document.getState())).nodes.has(node);
  return (
    <Suspense>
      {at && <Palette key={`${at.screen.x},${at.screen.y}`} at={at} />}
      {wires && <WireDialog key={node} node={node} />}
    </Suspense>
  );
}
