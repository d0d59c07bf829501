/** A colour as `#rrggbb`: typed in, or picked. */

import type { JSX } from "react";
import { TextField } from "./TextField.tsx";
import type { WidgetProps } from "./widget.ts";

const HEX = /^#[0-9a-f]{6}$/i;

export default function ColorField(props: WidgetProps): JSX.Element {
  const { value, set, name } = props;
  const color = typeof value === "string" && HEX.test(value) ? value : "#000000";
  return (
    <div className="color nodrag nopan">
      <TextField {...props} />
      <span className="color-swatch" style={{ background: color }}>
        <input
          type="color"
          aria-label={name}
          value={color}
          onChange={(event) => set(event.target.value)}
        />
      </span>
    </div>
  );
}
