/** The page's own line icons, 16 by 16, in the colour of the text around them. */

import type { JSX } from "react";

const PATHS = {
  close: "M4 4 L12 12 M12 4 L4 12",
  plus: "M8 3 V13 M3 8 H13",
  queue: "M3 4 H13 M3 8 H13 M3 12 H9",
  models: "M8 2 L13.5 5 V11 L8 14 L2.5 11 V5 Z M2.5 5 L8 8 L13.5 5 M8 8 V14",
  log: "M3 3.5 H6 M3 8 H6 M3 12.5 H6 M8 3.5 H13 M8 8 H13 M8 12.5 H13",
  text: "M6 2.5 C4 2.5 5.5 7 3 8 C5.5 9 4 13.5 6 13.5 M10 2.5 C12 2.5 10.5 7 13 8 C10.5 9 12 13.5 10 13.5",
  folder: "M2 4.5 V12.5 H14 V5.5 H8 L6.5 3.5 H2 Z",
  gear: "M8 5.6 A2.4 2.4 0 1 0 8 10.4 A2.4 2.4 0 1 0 8 5.6 M8 1.8 V3.6 M8 12.4 V14.2 M1.8 8 H3.6 M12.4 8 H14.2 M3.6 3.6 L4.9 4.9 M11.1 11.1 L12.4 12.4 M12.4 3.6 L11.1 4.9 M4.9 11.1 L3.6 12.4",
  command: "M3 4 L7 8 L3 12 M8.5 12 H13",
  keys: "M2 4.5 H14 V11.5 H2 Z M4.5 7 H5 M7.7 7 H8.3 M11 7 H11.5 M5 9.5 H11",
  first: "M8 13 V5 M4.5 8.5 L8 5 L11.5 8.5 M3.5 2.5 H12.5",
  up: "M8 13 V3 M4 7 L8 3 L12 7",
  down: "M8 3 V13 M4 9 L8 13 L12 9",
  again: "M13 8 A5 5 0 1 1 11.5 4.5 M13 2 V5 H10",
  branch: "M4.5 3 V13 M4.5 9 C4.5 6 11.5 8 11.5 4.5 M11.5 4.5 V3",
  download: "M8 2.5 V10 M4.8 7 L8 10 L11.2 7 M3 13 H13",
  pencil: "M3 13 L3.6 10.4 L11 3 L13 5 L5.6 12.4 Z",
  trash: "M3 4.5 H13 M6 4.5 V3 H10 V4.5 M4.5 4.5 L5 13 H11 L11.5 4.5",
  clock: "M8 2.5 A5.5 5.5 0 1 0 8 13.5 A5.5 5.5 0 1 0 8 2.5 M8 5 V8 L10.2 9.4",
  compare: "M8 2 V14 M3 4.5 H6.5 V11.5 H3 Z M9.5 4.5 H13 V11.5 H9.5",
  graph: "M2.5 3 H6.5 V6 H2.5 Z M9.5 10 H13.5 V13 H9.5 Z M6.5 4.5 C11 4.5 5 11.5 9.5 11.5",
  check: "M3 8.5 L6.5 12 L13 4.5",
  warn: "M8 2.5 L14 13 H2 Z M8 6.5 V9.5 M8 11.2 V11.5",
  play: "M5 3.5 L12 8 L5 12.5 Z",
  pause: "M5.5 3.5 V12.5 M10.5 3.5 V12.5",
  left: "M10 3 L5 8 L10 13",
  right: "M6 3 L11 8 L6 13",
  undo: "M6 3 L2.5 6.5 L6 10 M2.5 6.5 H9 A3.5 3.5 0 0 1 9 13.5 H6",
  redo: "M10 3 L13.5 6.5 L10 10 M13.5 6.5 H7 A3.5 3.5 0 0 0 7 13.5 H10",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 16,
}: {
  readonly name: IconName;
  readonly size?: number;
}): JSX.Element {
  return (
    <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
