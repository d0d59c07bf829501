/** The painter's texts: they come with it, since the first sight does without them. */

import de from "../texts/mask.de.json";
import en from "../texts/mask.en.json";
import zh from "../texts/mask.zh.json";
import { filled, language } from "../texts/texts.ts";

export type MaskText = keyof typeof en;

const TEXTS: Readonly<Record<ReturnType<typeof language>, Readonly<Record<MaskText, string>>>> = {
  en,
  de,
  zh,
};

export function words(
  name: MaskText,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return filled(TEXTS[language()][name], values);
}
