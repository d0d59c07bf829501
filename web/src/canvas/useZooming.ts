/** Listens to the hand that zooms, and says which cards are mounted meanwhile. */

import { useStoreApi } from "@xyflow/react";
import { useEffect, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { Kept, Shown } from "./kept.ts";
import { Zooming } from "./zooming.ts";

/** `onKept` gets what is mounted, and null for all. */
export function useZooming(
  { geometry, wires, selection }: Shown,
  onKept: (kept: Kept | null) => void,
): void {
  const flow = useStoreApi();
  const [zooming] = useState(
    () =>
      // At once: with the view that it is about, and in the frame that the picture is drawn in.
      new Zooming({ geometry, wires, selection }, flow.getState, (kept) =>
        flushSync(() => onKept(kept)),
      ),
  );
  useLayoutEffect(
    () => zooming.show({ geometry, wires, selection }),
    [zooming, geometry, wires, selection],
  );
  useEffect(() => {
    const page = flow.getState().domNode;
    const ears = new AbortController();
    const hear = { capture: true, passive: true, signal: ears.signal };
    page?.addEventListener("wheel", (event) => turned(zooming, page, event), hear);
    page?.addEventListener("pointerdown", (event) => pressed(zooming, event), hear);
    window.addEventListener("pointerup", () => zooming.release(), hear);
    window.addEventListener("pointercancel", () => zooming.release(), hear);
    window.addEventListener("keydown", (event) => keyed(zooming, event), hear);
    const stop = flow.subscribe(() => zooming.follow());
    return () => {
      stop();
      ears.abort();
      zooming.close();
      onKept(null);
    };
  }, [flow, zooming, onKept]);
}

function turned(zooming: Zooming, page: HTMLElement, event: WheelEvent): void {
  if (event.target instanceof Element && event.target.closest(".nowheel")) return;
  const { left, top } = page.getBoundingClientRect();
  zooming.wheel({ x: event.clientX - left, y: event.clientY - top });
}

function pressed(zooming: Zooming, { button, pointerType }: PointerEvent): void {
  // Other buttons move the view, and two fingers zoom.
  if (button === 0 && pointerType !== "touch") zooming.press();
}

/** Whoever works by keys finds all cards mounted; Alt is held to zoom. */
function keyed(zooming: Zooming, { altKey }: KeyboardEvent): void {
  if (!altKey) zooming.finish();
}
