/** What every widget is given, and which widget shows which plain input. */

import type { Input } from "../graph/catalogue.ts";
import type { Json } from "../graph/json.ts";

export interface WidgetProps {
  /** The id of the control on the page: labels and errors refer to it. */
  readonly control: string;
  /** The port's name as people read it. */
  readonly name: string;
  readonly input: Input;
  /** What counts at present, the default included; null where nothing is set. */
  readonly value: Json;
  readonly set: (value: Json) => void;
  /** Takes the typed value out, so that the default counts. */
  readonly reset: () => void;
  /** What is wrong with the value; empty where nothing is. */
  readonly problem: string;
  /** A panel or form: there is room for more than one row. */
  readonly roomy: boolean;
  /** The port it sets (`node.port`); absent for a part of a value. */
  readonly target?: string;
  /** It is a prompt for a text encoder: its length counts in tokens. */
  readonly prompt?: boolean;
}

export type WidgetKind =
  | "seed"
  | "image"
  | "curve"
  | "color"
  | "multiline"
  | "text"
  | "choice"
  | "switch"
  | "number"
  | "list"
  | "json"
  | "none";

/** The widget for an input: its declaration's hint where it fits the type, else by the type. */
export function widgetOf(input: Input): WidgetKind {
  const { plain, widget, choices } = input;
  if (!plain) return "none";
  const hint = widget?.kind;
  switch (plain.kind) {
    case "bool":
      return "switch";
    case "enum":
      return "choice";
    case "int":
    case "float":
      return hint === "seed" && plain.kind === "int" ? "seed" : "number";
    case "str":
      if (hint === "image" || hint === "multiline" || hint === "color") return hint;
      return choices ? "choice" : "text";
    case "list":
      return hint === "curve" && isCurve(input) ? "curve" : "list";
    case "record":
      return "json";
  }
}

/** Whether the items are points `{at, value}`, which is all that the curve widget can draw. */
function isCurve({ plain }: Input): boolean {
  const names = plain?.element?.members.map((member) => member.name) ?? [];
  return names.includes("at") && names.includes("value");
}
