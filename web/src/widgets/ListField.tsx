/** A list: on a card what is in it, and the way to edit it; in a panel the editor itself. */

import type { JSX } from "react";
import { Suspense, useState } from "react";
import { isList, isObject } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import type { WidgetProps } from "./widget.ts";

const ListEditor = lateView(() => import("./ListEditor.tsx"));
const ListPopover = lateView(() => import("./ListPopover.tsx"));

export function ListField(props: WidgetProps): JSX.Element {
  const { control, name, value, problem, roomy } = props;
  const [open, setOpen] = useState(false);
  const items = isList(value) ? value : [];
  if (roomy) {
    return (
      <Suspense fallback={null}>
        <ListEditor {...props} />
      </Suspense>
    );
  }
  const trigger = (
    <button
      id={control}
      type="button"
      className="list-summary nodrag nopan"
      data-bad={problem !== "" || undefined}
      aria-haspopup="dialog"
      aria-expanded={open}
      aria-label={say("field.list.edit", { name })}
      onClick={() => setOpen(true)}
    >
      <span className="list-head">
        <span className="pill-name">{name}</span>
        <span className="multiline-length">{counted(items.length)}</span>
      </span>
      <span className="list-words">{items.map(words).join("   ")}</span>
    </button>
  );
  if (!open) return trigger;
  return (
    <Suspense fallback={trigger}>
      <ListPopover {...props} close={() => setOpen(false)}>
        {trigger}
      </ListPopover>
    </Suspense>
  );
}

function counted(count: number): string {
  if (count === 0) return say("field.list.none");
  return count === 1 ? say("field.list.one") : say("field.list.count", { count });
}

/** One item as briefly as it can be told. */
export function words(item: Json): string {
  if (typeof item === "string") return item.slice(item.lastIndexOf("/") + 1);
  if (!isObject(item)) return JSON.stringify(item);
  const [first, ...rest] = Object.values(item).filter((part) => part !== null && part !== "");
  const tail = rest
    .map((part) => (typeof part === "object" ? JSON.stringify(part) : String(part)))
    .join(" ");
  return first === undefined ? "{}" : `${words(first)} ${tail}`.trim();
}
