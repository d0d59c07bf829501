/** The panels of the dock: what each is called, how it is drawn, and where its code is. */

import type { ComponentType } from "react";
import { lateView } from "../state/late.ts";
import type { TextName } from "../texts/texts.ts";
import type { Docked } from "./docked.ts";

export interface PanelEntry {
  readonly label: TextName;
  /** A line icon, 16 by 16. */
  readonly path: string;
  readonly Body: ComponentType;
}

export const REGISTRY: Readonly<Record<Docked, PanelEntry>> = {
  inspector: {
    label: "panel.inspector",
    path: "M2.5 4.5 H9 M12 4.5 H13.5 M2.5 11.5 H4 M7 11.5 H13.5 M10.5 3 A1.5 1.5 0 1 0 10.5 6 A1.5 1.5 0 1 0 10.5 3 M5.5 10 A1.5 1.5 0 1 0 5.5 13 A1.5 1.5 0 1 0 5.5 10",
    Body: lateView(() => import("./Inspector.tsx")),
  },
  outline: {
    label: "panel.outline",
    path: "M2.5 3.5 H8 M5 3.5 V12.5 H7 M5 8 H7 M7.5 8 H13.5 M7.5 12.5 H13.5",
    Body: lateView(() => import("./Outline.tsx")),
  },
  problems: {
    label: "panel.problems",
    path: "M8 2.5 L14 13 H2 Z M8 6.5 V9.5 M8 11.2 V11.5",
    Body: lateView(() => import("./Problems.tsx")),
  },
};
