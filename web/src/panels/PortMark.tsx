/** The mark of a port's type, as the canvas draws it. */

import type { JSX } from "react";
import { outline, portLook } from "../canvas/portlook.ts";

export function PortMark({ type }: { readonly type: string }): JSX.Element {
  const look = portLook(type);
  const path = outline(look.shape, 10);
  return (
    <svg
      className="port-sign"
      viewBox="-8 -8 16 16"
      width="14"
      height="14"
      aria-hidden="true"
      style={{ color: look.color }}
    >
      {look.many && <path d={path} transform="translate(2.5 -2.5)" />}
      <path d={path} />
    </svg>
  );
}
