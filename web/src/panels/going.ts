/** From a panel to a node: its graph is shown, it is selected, and the canvas brings it into view. */

import { createContext, useCallback, useContext } from "react";
import type { Canvas } from "../commands/canvas.ts";
import { useEditor } from "../state/editor.ts";

/** The canvas, where one is shown. */
export const CanvasContext = createContext<() => Canvas | null>(() => null);

export type Go = (place: string, node: string, port?: string) => void;

export function useGo(): Go {
  const { document } = useEditor();
  const canvas = useContext(CanvasContext);
  return useCallback(
    (place, node, port = "") => {
      const state = document.getState();
      if (state.place !== place) state.enter(place);
      document.getState().select(node === "" ? [] : [node]);
      // The canvas of another graph is there once it is drawn.
      requestAnimationFrame(() => {
        requestAnimationFrame(() => {
          if (node !== "") canvas()?.fit([node]);
          if (port !== "") fieldOf(node, port)?.focus({ preventScroll: true });
        });
      });
    },
    [document, canvas],
  );
}

/** The control for a port in the inspector, where it is open. */
function fieldOf(node: string, port: string): HTMLElement | null {
  const row = window.document.querySelector(
    `[data-inspects="${CSS.escape(node)}"] [data-port="${CSS.escape(port)}"]`,
  );
  return row?.querySelector<HTMLElement>("input, textarea, button, [tabindex]") ?? null;
}
