/** What commands may ask of the canvas, made from xyflow. */

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Canvas } from "../commands/canvas.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Point, Size } from "../graph/view.ts";
import { shownTypes } from "../state/document.ts";
import { useEditor } from "../state/editor.ts";
import { scopeAt, within } from "./position.ts";

const CALM = { duration: 180 };
const EDGE = 24;
const FIELDS =
  "textarea, input, [role=spinbutton], [role=combobox], [role=slider], .card-field button";

export function useReach(take: (canvas: Canvas | null) => void): void {
  const flow = useReactFlow();
  const store = useStoreApi();
  const { document } = useEditor();
  const pointer = useRef<Point | null>(null);
  useEffect(() => {
    const move = (event: PointerEvent): void => {
      pointer.current =
        event.target instanceof Element && event.target.closest(".canvas")
          ? { x: event.clientX, y: event.clientY }
          : null;
    };
    window.addEventListener("pointermove", move, { passive: true });
    const geometry = (): Geometry => geometryOf(shownTypes(document.getState()));
    take({
      fit: (ids) => {
        const box = boundsOf(geometry(), ids);
        if (!box) return;
        // However large the graph: all of it can be shown.
        const { width, height, minZoom, setMinZoom } = store.getState();
        const whole = Math.min(width / box.width, height / box.height) * 0.9;
        if (whole > 0 && whole < minZoom) setMinZoom(whole);
        void flow.fitBounds(box, { padding: 0.08, ...CALM });
      },
      zoom: (by) => void flow.zoomTo(flow.getZoom() * by, CALM),
      reveal: (id) => {
        const box = boundsOf(geometry(), [id]);
        if (!box) return;
        const { transform, width, height } = store.getState();
        const [x, y, zoom] = transform;
        const left = box.x * zoom + x;
        const top = box.y * zoom + y;
        const seen =
          left >= EDGE &&
          top >= EDGE &&
          left + box.width * zoom <= width - EDGE &&
          top + box.height * zoom <= height - EDGE;
        if (!seen)
          void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, {
            zoom: Math.max(zoom, 0.6),
            ...CALM,
          });
      },
      intoFields: (id) => {
        const card = window.document.querySelector(
          `.react-flow__node[data-id="${CSS.escape(id)}"]`,
        );
        card?.querySelector<HTMLElement>(FIELDS)?.focus();
      },
      pointer: () => pointer.current ?? middle(),
      hovered: () => pointer.current !== null,
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
  }, [flow, store, document, take]);
}

/** The box around nodes (all by default), by our own arithmetic: those never drawn count as well. */
function boundsOf(geometry: Geometry, ids?: readonly string[]): (Point & Size) | null {
  const shown = [...(ids && ids.length > 0 ? ids : geometry.types.scopes.nodes.keys())].filter(
    (id) => geometry.visible(id),
  );
  if (shown.length === 0) return null;
  const boxes = shown.map((id) => ({ ...geometry.absolute(id), ...geometry.shape(id) }));
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - x;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - y;
  return { x, y, width, height };
}

function middle(): Point {
  const box = window.document.querySelector(".canvas")?.getBoundingClientRect();
  return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 0, y: 0 };
}
