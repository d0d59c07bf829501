/** How the numbers of a value are spread between its least and its greatest. */

import type { JSX } from "react";
import { say } from "../texts/texts.ts";

const WIDTH = 240;
const HEIGHT = 44;

export function Histogram({ counts }: { readonly counts: readonly number[] }): JSX.Element | null {
  const most = Math.max(...counts, 0);
  if (most === 0) return null;
  const step = WIDTH / counts.length;
  return (
    <svg
      className="histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={say("wire.histogram")}
    >
      {counts.map((count, at) => {
        const height = (count / most) * (HEIGHT - 2);
        return (
          <rect
            key={at}
            x={at * step + 0.5}
            y={HEIGHT - height}
            width={Math.max(1, step - 1)}
            height={height}
          />
        );
      })}
    </svg>
  );
}
