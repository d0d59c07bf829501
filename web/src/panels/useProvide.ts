/** From a problem to the palette: a new node for an input that nothing in the graph fits. */

import { useCallback, useContext } from "react";
import { geometryOf } from "../graph/geometry.ts";
import { providerPlace } from "../graph/providing.ts";
import type { Point } from "../graph/view.ts";
import { inputTarget } from "../graph/wires.ts";
import { shownTypes } from "../state/document.ts";
import { useEditor } from "../state/editor.ts";
import { CanvasContext } from "./going.ts";

/** Opens the palette for `node.port` of the graph `place`; what is chosen there is brought into view. */
export type Provide = (place: string, node: string, port: string, screen: Point) => void;

export function useProvide(): Provide {
  const { document, ui } = useEditor();
  const canvas = useContext(CanvasContext);
  return useCallback(
    (place, node, port, screen) => {
      if (document.getState().place !== place) document.getState().enter(place);
      const geometry = geometryOf(shownTypes(document.getState()));
      ui.getState().openPalette({
        screen,
        scope: "",
        place: providerPlace(geometry, node),
        loose: { to: inputTarget(node, port) },
      });
      const before = document.getState().document;
      const stop = ui.subscribe(({ palette }) => {
        if (palette) return;
        stop();
        const [made] = document.getState().selection;
        if (made !== undefined && document.getState().document !== before)
          requestAnimationFrame(() => canvas()?.reveal(made));
      });
    },
    [document, ui, canvas],
  );
}
