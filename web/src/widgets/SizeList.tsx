/** The sizes that may be chosen for a width and a height at once. Loaded when first opened. */

import { Popover } from "radix-ui";
import type { JSX, ReactElement } from "react";
import type { Plain } from "../graph/plain.ts";
import { say } from "../texts/texts.ts";
import type { Sides } from "./SizeButtons.tsx";
import { ratioWords, sizesFor } from "./sizes.ts";
import type { PictureSize } from "./sizes.ts";

interface Props {
  readonly sides: Sides;
  readonly plains: { readonly width: Plain; readonly height: Plain };
  readonly set: (sides: Sides) => void;
  readonly close: () => void;
  readonly children: ReactElement;
}

const LONGEST = 18;

export default function SizeList({ sides, plains, set, close, children }: Props): JSX.Element {
  const own = plains.width.nullable && plains.height.nullable;
  const choose = (size: Sides): void => {
    set(size);
    close();
  };
  return (
    <Popover.Root open onOpenChange={(open) => !open && close()}>
      <Popover.Anchor asChild>{children}</Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="choice-list sizes"
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={say("field.size.presets")}
          onKeyDown={(event) => event.stopPropagation()}
        >
          {own && (
            <button
              type="button"
              className="choice-row"
              onClick={() => choose({ width: null, height: null })}
            >
              {say("field.size.own")}
            </button>
          )}
          {sizesFor(plains.width, plains.height).map((size) => (
            <button
              key={`${size.width}x${size.height}`}
              type="button"
              className="choice-row size-row"
              aria-pressed={size.width === sides.width && size.height === sides.height}
              onClick={() => choose(size)}
            >
              <Shape size={size} />
              <span>
                {size.width} × {size.height}
              </span>
              <span className="size-ratio">{ratioWords(size)}</span>
            </button>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Shape({ size }: { readonly size: PictureSize }): JSX.Element {
  const scale = LONGEST / Math.max(size.width, size.height);
  return (
    <span className="size-shape" aria-hidden="true">
      <span style={{ width: size.width * scale, height: size.height * scale }} />
    </span>
  );
}
