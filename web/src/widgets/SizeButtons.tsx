/** Beside a width or a height: swap the two, or choose a size for both. */

import type { JSX } from "react";
import { Suspense, useState } from "react";
import type { Plain } from "../graph/plain.ts";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";

const SizeList = lateView(() => import("./SizeList.tsx"));

export interface Sides {
  readonly width: number | null;
  readonly height: number | null;
}

interface Props {
  readonly port: "width" | "height";
  readonly sides: Sides;
  readonly plains: { readonly width: Plain; readonly height: Plain };
  readonly set: (sides: Sides) => void;
}

export function SizeButtons({ port, sides, plains, set }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  if (port === "width") {
    const label = say("field.size.swap");
    return (
      <button
        type="button"
        className="mini nodrag"
        title={label}
        aria-label={label}
        onClick={() => set({ width: sides.height, height: sides.width })}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path
            className="line"
            d="M5 13 V3 M2.5 5.5 L5 3 L7.5 5.5 M11 3 V13 M8.5 10.5 L11 13 L13.5 10.5"
          />
        </svg>
      </button>
    );
  }
  const label = say("field.size.presets");
  const trigger = (
    <button
      type="button"
      className="mini nodrag"
      title={label}
      aria-label={label}
      aria-haspopup="listbox"
      aria-expanded={open}
      onClick={() => setOpen(true)}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path className="line" d="M2 4.5 H10 V13.5 H2 Z M6 4 V2 H14 V9 H10.5" />
      </svg>
    </button>
  );
  if (!open) return trigger;
  return (
    <Suspense fallback={trigger}>
      <SizeList sides={sides} plains={plains} set={set} close={() => setOpen(false)}>
        {trigger}
      </SizeList>
    </Suspense>
  );
}
