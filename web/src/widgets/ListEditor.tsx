/** A list edited item by item: added, removed, put in another order, each with its own widgets. */

import type { JSX } from "react";
import { field } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import { say } from "../texts/texts.ts";
import {
  asInput,
  emptyOf,
  itemsOf,
  swapped,
  withItem,
  withMember,
  withoutItem,
} from "./listing.ts";
import { Widget } from "./Widget.tsx";
import type { WidgetProps } from "./widget.ts";

export default function ListEditor({
  control,
  name,
  input,
  value,
  set,
  problem,
}: WidgetProps): JSX.Element | null {
  const items = itemsOf(value);
  const { plain } = input;
  const element = plain?.element;
  if (!element) return null;
  const most = plain.limits?.max_length ?? Infinity;
  return (
    <div
      className="list-editor"
      role="group"
      aria-label={name}
      id={control}
      data-bad={problem !== "" || undefined}
    >
      <div className="multiline-head">
        <span>{name}</span>
        <button
          type="button"
          className="button button-small"
          disabled={items.length >= most}
          onClick={() => set([...items, emptyOf(element)])}
        >
          {say("field.list.add")}
        </button>
      </div>
      {items.length === 0 && <p className="list-empty">{say("field.list.none")}</p>}
      <ol className="list-items">
        {items.map((item, at) => (
          <li key={at} className="list-item" aria-label={say("field.list.item", { at: at + 1 })}>
            <div className="list-fields">
              <Item
                control={`${control}-${at}`}
                input={input}
                item={item}
                set={(next) => set(withItem(items, at, next))}
              />
            </div>
            <div className="list-moves">
              <Move
                label={say("field.list.up", { at: at + 1 })}
                path="M4 10 L8 6 L12 10"
                disabled={at === 0}
                click={() => set(swapped(items, at, -1))}
              />
              <Move
                label={say("field.list.down", { at: at + 1 })}
                path="M4 6 L8 10 L12 6"
                disabled={at === items.length - 1}
                click={() => set(swapped(items, at, 1))}
              />
              <Move
                label={say("field.list.remove", { at: at + 1 })}
                path="M4.5 4.5 L11.5 11.5 M11.5 4.5 L4.5 11.5"
                disabled={false}
                click={() => set(withoutItem(items, at))}
              />
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

interface MoveProps {
  readonly label: string;
  readonly path: string;
  readonly disabled: boolean;
  readonly click: () => void;
}

function Move({ label, path, disabled, click }: MoveProps): JSX.Element {
  return (
    <button
      type="button"
      className="mini"
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={click}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path className="line" d={path} />
      </svg>
    </button>
  );
}

interface ItemProps {
  readonly control: string;
  readonly input: WidgetProps["input"];
  readonly item: Json;
  readonly set: (item: Json) => void;
}

/** A plain item as one widget, a record as one a field. */
function Item({ control, input, item, set }: ItemProps): JSX.Element | null {
  const element = input.plain?.element;
  if (!element) return null;
  if (element.kind !== "record") {
    const own = asInput(input.name, element, emptyOf(element), input.choices);
    return (
      <Widget
        control={control}
        name={say("field.list.item", { at: Number(control.split("-").at(-1)) + 1 })}
        input={own}
        value={item}
        set={set}
        reset={() => set(emptyOf(element))}
        problem=""
        roomy
      />
    );
  }
  return (
    <>
      {element.members.map((member) => {
        const found = field(item, member.name) ?? member.default;
        const own = asInput(
          member.name,
          member.plain,
          member.default,
          member.name === "file" ? input.choices : null,
        );
        return (
          <Widget
            key={member.name}
            control={`${control}-${member.name}`}
            name={member.name.replaceAll("_", " ")}
            input={own}
            value={found}
            set={(next) => set(withMember(item, member.name, next))}
            reset={() =>
              set(
                withMember(item, member.name, member.required ? emptyOf(member.plain) : undefined),
              )
            }
            problem=""
            roomy
          />
        );
      })}
    </>
  );
}
