/** The list editor over a card. Loaded when first opened. */

import { Popover } from "radix-ui";
import type { JSX, ReactElement } from "react";
import { say } from "../texts/texts.ts";
import ListEditor from "./ListEditor.tsx";
import type { WidgetProps } from "./widget.ts";

interface Props extends WidgetProps {
  readonly close: () => void;
  readonly children: ReactElement;
}

export default function ListPopover({ close, children, ...props }: Props): JSX.Element {
  return (
    <Popover.Root open onOpenChange={(open) => !open && close()}>
      <Popover.Anchor asChild>{children}</Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="list-popover"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={say("field.list.edit", { name: props.name })}
          onKeyDown={(event) => event.stopPropagation()}
        >
          <ListEditor {...props} control={`${props.control}-open`} roomy />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
