/** Alt-drag cuts the wires it crosses. */

import type { PointerEvent } from "react";
import { useCallback, useState } from "react";
import { cutWires } from "../graph/commands/cutting.ts";
import type { Point } from "../graph/view.ts";
import { keyOfTarget } from "../graph/wires.ts";
import { useEditor } from "../state/editor.ts";
import { wireUnder } from "./under.ts";

/** How finely the way of the knife is looked at, in pixels. */
const STEP = 5;

export interface Cutting {
  /** The way of the knife on the screen; empty while nothing is cut. */
  readonly path: readonly Point[];
  readonly onPointerDownCapture: (event: PointerEvent) => void;
}

export function useCutting(): Cutting {
  const editor = useEditor();
  const [path, setPath] = useState<readonly Point[]>([]);
  const onPointerDownCapture = useCallback(
    (down: PointerEvent) => {
      if (!down.altKey || down.button !== 0 || !(down.target instanceof Element)) return;
      if (down.target.closest(".card, .minimap, .note, .crumbs")) return;
      down.preventDefault();
      down.stopPropagation();
      const way: Point[] = [{ x: down.clientX, y: down.clientY }];
      const keys = new Set<string>();
      const move = (event: globalThis.PointerEvent): void => {
        const from = way.at(-1) ?? { x: event.clientX, y: event.clientY };
        const to = { x: event.clientX, y: event.clientY };
        for (const point of between(from, to)) {
          const key = wireUnder(point);
          if (key !== null) keys.add(key);
        }
        way.push(to);
        setPath([...way]);
      };
      const up = (): void => {
        window.removeEventListener("pointermove", move);
        setPath([]);
        if (keys.size === 0) return;
        const label = keys.size === 1 ? "Cut a wire" : `Cut ${keys.size} wires`;
        editor.document
          .getState()
          .edit(label, (graph) => cutWires(graph, (_, target) => keys.has(keyOfTarget(target))));
        editor.ui.getState().say(label);
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up, { once: true });
    },
    [editor],
  );
  return { path, onPointerDownCapture };
}

function* between(from: Point, to: Point): Iterable<Point> {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP));
  for (let at = 1; at <= steps; at++) {
    yield {
      x: from.x + ((to.x - from.x) * at) / steps,
      y: from.y + ((to.y - from.y) * at) / steps,
    };
  }
}
