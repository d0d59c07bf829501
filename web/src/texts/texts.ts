/** Every text on the screen, by name, in the user's language; English where one is missing. */

import en from "./en.json";

export type TextName = keyof typeof en;
export type Texts = Readonly<Partial<Record<TextName, string>>>;

export const LANGUAGES = { en: "English", de: "Deutsch", zh: "中文" } as const;
export type Language = keyof typeof LANGUAGES;

let chosen: Texts = en;
let spoken: Language = "en";

export function chooseTexts(texts: Texts, language: Language): void {
  chosen = texts;
  spoken = language;
}

/** The language that is spoken now, as the browser's own formats want it. */
export function language(): Language {
  return spoken;
}

/** The texts of a language; only that one is loaded. */
export async function textsOf(wanted: Language): Promise<Texts> {
  switch (wanted) {
    case "en":
      return en;
    case "de":
      return (await import("./de.json")).default;
    case "zh":
      return (await import("./zh.json")).default;
  }
}

/** The text with `{name}` filled in from `values`. */
export function say(
  name: TextName,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return filled(chosen[name] ?? en[name], values);
}

/** A text whose name is made at run time (a command's title); `fallback` where there is none. */
export function sayOr(name: string, fallback: string): string {
  const [own, english]: readonly Readonly<Partial<Record<string, string>>>[] = [chosen, en];
  return own?.[name] ?? english?.[name] ?? fallback;
}

/** A text with its gaps filled in. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : String(value);
  });
}
