/** The painter's line icons, in the style of the page's own; they come with the painter. */

import type { JSX } from "react";

const PATHS = {
  brush: "M13.5 2.5 L7.5 8.5 M6.8 8 L8 9.2 C8 12 5.5 13.5 2.5 13 C4 12 3.5 9 6.8 8 Z",
  eraser: "M6 13 H13.5 M2.8 9.8 L8.8 3.8 L12.6 7.6 L7.2 13 H6 Z M5.8 6.8 L9.6 10.6",
  box: "M3 3.5 H13 V12.5 H3 Z M5.5 3.5 V12.5 M8 3.5 V12.5 M10.5 3.5 V12.5",
  undo: "M5.5 3 L2.5 6 L5.5 9 M2.5 6 H9.5 A3.5 3.5 0 0 1 9.5 13 H6",
  redo: "M10.5 3 L13.5 6 L10.5 9 M13.5 6 H6.5 A3.5 3.5 0 0 0 6.5 13 H10",
  invert: "M8 2.5 A5.5 5.5 0 1 0 8 13.5 Z M8 2.5 A5.5 5.5 0 0 1 8 13.5 M10 5 V11 M12 7 V9",
  clear: "M3 4.5 H13 M6 4.5 V3 H10 V4.5 M4.5 4.5 L5 13 H11 L11.5 4.5",
  fill: "M3 3 H13 V13 H3 Z M3 9 L9 3 M3 13 L13 3 M7 13 L13 7",
  fit: "M2.5 6 V2.5 H6 M10 2.5 H13.5 V6 M13.5 10 V13.5 H10 M6 13.5 H2.5 V10",
  nearer: "M8 3 V13 M3 8 H13",
  farther: "M3 8 H13",
} as const;

export type ToolIconName = keyof typeof PATHS;

export function ToolIcon({ name }: { readonly name: ToolIconName }): JSX.Element {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={16} height={16} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
