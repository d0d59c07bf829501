/** The widget for one plain input, whatever it belongs to: a node, a public input, a list's item. */

import type { JSX } from "react";
import { Suspense } from "react";
import { lateView } from "../state/late.ts";
import { ChoiceField } from "./ChoiceField.tsx";
import { Guard } from "./Guard.tsx";
import { ListField } from "./ListField.tsx";
import { MultilineField } from "./MultilineField.tsx";
import { NumberField } from "./NumberField.tsx";
import { SwitchField } from "./SwitchField.tsx";
import { TextField } from "./TextField.tsx";
import { widgetOf } from "./widget.ts";
import type { WidgetProps } from "./widget.ts";

// Seldom on a first screen: loaded with the first of their kind.
const ColorField = lateView(() => import("./ColorField.tsx"));
const CurveField = lateView(() => import("./CurveField.tsx"));
const ImageField = lateView(() => import("./ImageField.tsx"));
const JsonField = lateView(() => import("./JsonField.tsx"));

export function Widget(props: WidgetProps): JSX.Element {
  return (
    <Guard name={props.name}>
      <Fitting {...props} />
    </Guard>
  );
}

function Fitting(props: WidgetProps): JSX.Element | null {
  switch (widgetOf(props.input)) {
    case "seed":
    case "number":
      return <NumberField {...props} />;
    case "switch":
      return <SwitchField {...props} />;
    case "choice":
      return <ChoiceField {...props} />;
    case "multiline":
      return <MultilineField {...props} />;
    case "text":
      return <TextField {...props} />;
    case "image":
      return (
        <Suspense fallback={null}>
          <ImageField {...props} />
        </Suspense>
      );
    case "curve":
      return (
        <Suspense fallback={null}>
          <CurveField {...props} />
        </Suspense>
      );
    case "color":
      return (
        <Suspense fallback={null}>
          <ColorField {...props} />
        </Suspense>
      );
    case "list":
      return <ListField {...props} />;
    case "json":
      return (
        <Suspense fallback={null}>
          <JsonField {...props} />
        </Suspense>
      );
    case "none":
      return null;
  }
}
