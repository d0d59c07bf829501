/** Lists of plain values changed item by item. Pure. */

import { isList, isObject, objectOf } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import type { Choices, Input } from "../graph/catalogue.ts";
import { typeName } from "../graph/plain.ts";
import type { Plain } from "../graph/plain.ts";

export function itemsOf(value: Json): readonly Json[] {
  return isList(value) ? value : [];
}

/** A new item: as its fields' defaults have it, else the emptiest value of its type. */
export function emptyOf(plain: Plain): Json {
  if (plain.nullable) return null;
  switch (plain.kind) {
    case "int":
    case "float":
      return plain.limits?.ge ?? 0;
    case "bool":
      return false;
    case "str":
      return "";
    case "enum":
      return plain.values[0] ?? "";
    case "list":
      return [];
    case "record":
      return objectOf(
        plain.members
          .filter((member) => member.required)
          .map((member) => [member.name, emptyOf(member.plain)] as const),
      );
  }
}

export function withItem(items: readonly Json[], at: number, item: Json): readonly Json[] {
  return items.map((one, n) => (n === at ? item : one));
}

export function withoutItem(items: readonly Json[], at: number): readonly Json[] {
  return items.filter((_, n) => n !== at);
}

export function swapped(items: readonly Json[], at: number, by: number): readonly Json[] {
  const made = [...items];
  const [one, other] = [made[at], made[at + by]];
  if (one === undefined || other === undefined) return items;
  made[at] = other;
  made[at + by] = one;
  return made;
}

/** One field of a record set; null takes one out that need not be there. */
export function withMember(item: Json, name: string, value: Json | undefined): Json {
  const before = isObject(item) ? Object.entries(item).filter(([known]) => known !== name) : [];
  return objectOf(value === undefined ? before : [...before, [name, value] as const]);
}

/** An item, or a field of one, as an input of its own, so that the usual widgets show it. */
export function asInput(
  name: string,
  plain: Plain,
  fallback: Json,
  choices: Choices | null,
): Input {
  const isText = plain.kind === "str";
  return {
    name,
    type: typeName(plain),
    plain,
    many: false,
    required: false,
    default: fallback,
    choices: isText ? choices : null,
    widget: null,
  };
}
