/** The widget for one plain input, whatever it belongs to: a node, a public input, a list's item. */

import type { JSX } from "react";
import { ChoiceField } from "./ChoiceField.tsx";
import { ColorField } from "./ColorField.tsx";
import { CurveField } from "./CurveField.tsx";
import { ImageField } from "./ImageField.tsx";
import { JsonField } from "./JsonField.tsx";
import { ListField } from "./ListField.tsx";
import { MultilineField } from "./MultilineField.tsx";
import { NumberField } from "./NumberField.tsx";
import { SwitchField } from "./SwitchField.tsx";
import { TextField } from "./TextField.tsx";
import { widgetOf } from "./widget.ts";
import type { WidgetProps } from "./widget.ts";

export function Widget(props: WidgetProps): JSX.Element | null {
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
      return <ImageField {...props} />;
    case "curve":
      return <CurveField {...props} />;
    case "color":
      return <ColorField {...props} />;
    case "list":
      return <ListField {...props} />;
    case "json":
      return <JsonField {...props} />;
    case "none":
      return null;
  }
}
