/** The whole graph small in a corner: what is seen of it, and a way to go elsewhere. */

import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import type { JSX, PointerEvent } from "react";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Geometry } from "../graph/geometry.ts";
import type { Point, Size } from "../graph/view.ts";
import { say } from "../texts/texts.ts";
import { MAP, isInTheWay } from "./mapcorner.ts";

const MARGIN = 10;
/** Milliseconds between two looks at a view that moves, until it rests. */
const REST = 200;

type Transform = ReactFlowState["transform"];

/** From the canvas to the map: `at * scale + shift`. */
interface Fit {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

interface Props {
  readonly geometry: Geometry;
  readonly selection: ReadonlySet<string>;
}

export default memo(function Minimap({ geometry, selection }: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const store = useStoreApi();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [wanted, setWanted] = useState(false);
  const boxes = useMemo(() => boxesOf(geometry), [geometry]);
  const fit = useMemo(() => fitOf(boxes), [boxes]);
  const away = useInTheWay(boxes) && !wanted;
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (canvas.current) draw(canvas.current, boxes, fit, selection);
    });
    return () => cancelAnimationFrame(frame);
  }, [boxes, fit, selection, away]);
  // By style alone: what is seen changes with each move of the view.
  useLayoutEffect(() => {
    let placed: Transform | null = null;
    const place = ({ transform }: ReactFlowState): void => {
      const style = seen.current?.style;
      if (!style || transform === placed) return;
      placed = transform;
      const [panX, panY, zoom] = transform;
      const [x, y] = [(-panX / zoom) * fit.scale + fit.x, (-panY / zoom) * fit.scale + fit.y];
      style.transform = `translate(${x}px, ${y}px)`;
      style.width = `${(width / zoom) * fit.scale}px`;
      style.height = `${(height / zoom) * fit.scale}px`;
    };
    place(store.getState());
    return store.subscribe(place);
  }, [store, fit, width, height, away]);
  const go = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.x - fit.x) / fit.scale;
    const y = (event.clientY - box.y - fit.y) / fit.scale;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  if (away) {
    return (
      <button
        type="button"
        className="minimap minimap-folded"
        aria-label={say("map.label")}
        title={say("map.label")}
        onClick={() => setWanted(true)}
      >
        <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M2 3.5 H14 V12.5 H2 Z M8 7.5 H14 M8 7.5 V12.5" />
        </svg>
      </button>
    );
  }
  return (
    <div
      className="minimap"
      role="img"
      aria-label={say("map.label")}
      style={MAP}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={go}
    >
      <canvas ref={canvas} width={MAP.width} height={MAP.height} aria-hidden="true" />
      <div ref={seen} className="minimap-seen" />
    </div>
  );
});

/** Whether the map only hides what is to be seen; asked when the view rests, not while it moves. */
function useInTheWay(boxes: readonly Box[]): boolean {
  const store = useStoreApi();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [found, setFound] = useState(() =>
    isInTheWay(boxes, store.getState().transform, { width, height }),
  );
  useEffect(() => {
    let seen: Transform | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      timer = undefined;
      const { transform } = store.getState();
      if (seen === transform) setFound(isInTheWay(boxes, transform, { width, height }));
      else wait(transform);
    };
    const wait = (transform: Transform): void => {
      seen = transform;
      timer = setTimeout(look, REST);
    };
    wait(store.getState().transform);
    const stop = store.subscribe(({ transform }) => {
      if (timer === undefined && transform !== seen) wait(transform);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, boxes, width, height]);
  return found;
}

interface Box extends Point, Size {
  readonly id: string;
  readonly loop: boolean;
}

function boxesOf(geometry: Geometry): readonly Box[] {
  const ids = [...geometry.types.scopes.nodes.keys()].filter((id) => geometry.visible(id));
  return ids.map((id) => {
    const { width, height, body } = geometry.shape(id);
    return { id, ...geometry.absolute(id), width, height, loop: body !== undefined };
  });
}

function fitOf(boxes: readonly Box[]): Fit {
  if (boxes.length === 0) return { scale: 0.1, x: MAP.width / 2, y: MAP.height / 2 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  const scale = Math.min(
    (MAP.width - 2 * MARGIN) / (right - left),
    (MAP.height - 2 * MARGIN) / (bottom - top),
    0.2,
  );
  return {
    scale,
    x: MAP.width / 2 - ((left + right) / 2) * scale,
    y: MAP.height / 2 - ((top + bottom) / 2) * scale,
  };
}

function draw(
  canvas: HTMLCanvasElement,
  boxes: readonly Box[],
  fit: Fit,
  selection: ReadonlySet<string>,
): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [card, frame, chosen] = [
    colour("--line-strong"),
    colour("--surface-3"),
    colour("--accent"),
  ];
  pen.clearRect(0, 0, MAP.width, MAP.height);
  for (const box of boxes) {
    pen.fillStyle = selection.has(box.id) ? chosen : box.loop ? frame : card;
    const size = {
      width: Math.max(1.5, box.width * fit.scale),
      height: Math.max(1.5, box.height * fit.scale),
    };
    pen.fillRect(box.x * fit.scale + fit.x, box.y * fit.scale + fit.y, size.width, size.height);
  }
}
