/** Every text on the screen, by name, in the user's language; English where one is missing. */

import en from "./en.json";

export type TextName = keyof typeof en;
export type Texts = Readonly<Partial<Record<TextName, string>>>;

let chosen: Texts = en;

export function chooseTexts(texts: Texts): void {
  chosen = texts;
}

/** The text with `{name}` filled in from `values`. */
export function say(name: TextName, values: Readonly<Record<string, string | number>> = {}): string {
  const text = chosen[name] ?? en[name];
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : String(value);
  });
}
