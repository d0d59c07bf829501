/** What commands may ask of the canvas, made from xyflow. */

import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Canvas } from "../commands/canvas.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Point } from "../graph/view.ts";
import { shownTypes } from "../state/document.ts";
import { useEditor } from "../state/editor.ts";
import { scopeAt, within } from "./position.ts";

const CALM = { duration: 180 };

export function useReach(take: (canvas: Canvas | null) => void): void {
  const flow = useReactFlow();
  const { document } = useEditor();
  const pointer = useRef<Point | null>(null);
  useEffect(() => {
    const move = (event: PointerEvent): void => {
      pointer.current = event.target instanceof Element && event.target.closest(".canvas") ? { x: event.clientX, y: event.clientY } : null;
    };
    window.addEventListener("pointermove", move, { passive: true });
    const geometry = (): ReturnType<typeof geometryOf> => geometryOf(shownTypes(document.getState()));
    take({
      // By our own arithmetic: nodes that were never drawn count as well.
      fit: (ids) => {
        const shown = [...(ids && ids.length > 0 ? ids : geometry().types.scopes.nodes.keys())].filter((id) => geometry().visible(id));
        if (shown.length === 0) return;
        const boxes = shown.map((id) => ({ ...geometry().absolute(id), ...geometry().shape(id) }));
        const x = Math.min(...boxes.map((box) => box.x));
        const y = Math.min(...boxes.map((box) => box.y));
        const width = Math.max(...boxes.map((box) => box.x + box.width)) - x;
        const height = Math.max(...boxes.map((box) => box.y + box.height)) - y;
        void flow.fitBounds({ x, y, width, height }, { padding: 0.08, ...CALM });
      },
      zoom: (by) => void flow.zoomTo(flow.getZoom() * by, CALM),
      pointer: () => pointer.current ?? middle(),
      at: (screen) => {
        const point = flow.screenToFlowPosition(screen);
        const scope = scopeAt(geometry(), point);
        return { scope, place: within(geometry(), scope, point) };
      },
    });
    return () => {
      window.removeEventListener("pointermove", move);
      take(null);
    };
  }, [flow, document, take]);
}

function middle(): Point {
  const box = window.document.querySelector(".canvas")?.getBoundingClientRect();
  return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0, y: 0 };
}
