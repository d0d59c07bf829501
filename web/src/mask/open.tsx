/**
 * Opens the painter over the page, in a root of its own: the card or form it was asked from may go
 * (a turned phone draws another part of the canvas), what is painted stays.
 */

import { createRoot } from "react-dom/client";
import { Boundary } from "../shell/Boundary.tsx";
import type { Order } from "./order.ts";
import { Painter } from "./Painter.tsx";

export function openPainter(order: Order): void {
  const place = document.createElement("div");
  const root = createRoot(place);
  document.body.append(place);
  const close = (): void => {
    root.unmount();
    place.remove();
  };
  root.render(
    <Boundary>
      <Painter order={order} close={close} />
    </Boundary>,
  );
}
