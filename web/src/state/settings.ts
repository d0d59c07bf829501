/** What this person has chosen for every file: language and theme. */

import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { chooseTexts, LANGUAGES, textsOf } from "../texts/texts.ts";
import type { Language } from "../texts/texts.ts";

export const THEMES = ["system", "dark", "light", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export interface Settings {
  /** As chosen; `system` follows the browser. */
  readonly language: Language | "system";
  readonly theme: Theme;
}

interface State extends Settings {
  /** The language whose texts are loaded. */
  readonly spoken: Language;
}

const KEY = "latentgraph.settings";
const USUAL: Settings = { language: "system", theme: "system" };

export const settings = createStore<State>(() => ({ ...USUAL, ...kept(), spoken: "en" }));

export function useSettings<T>(select: (state: State) => T): T {
  return useStore(settings, select);
}

/** Before the page is drawn: the theme and the language that were chosen. */
export async function startSettings(): Promise<void> {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const contrast = window.matchMedia("(prefers-contrast: more)");
  const paint = (): void => {
    document.documentElement.dataset.theme = themeOf(
      settings.getState().theme,
      dark.matches,
      contrast.matches,
    );
  };
  dark.addEventListener("change", paint);
  contrast.addEventListener("change", paint);
  settings.subscribe(paint);
  paint();
  await speak();
}

/** Changes and keeps settings; a language is spoken once its texts are here. */
export async function choose(change: Partial<Settings>): Promise<void> {
  settings.setState(change);
  const { language, theme } = settings.getState();
  try {
    localStorage.setItem(KEY, JSON.stringify({ language, theme }));
  } catch {
    // Forbidden storage: they hold until the page goes.
  }
  await speak();
}

async function speak(): Promise<void> {
  const { language, spoken } = settings.getState();
  const wanted = language === "system" ? languageOf(navigator.languages) : language;
  if (wanted === spoken) return;
  try {
    chooseTexts(await textsOf(wanted), wanted);
  } catch {
    // The texts cannot be read just now (no server): the page goes on in the language it has.
    return;
  }
  document.documentElement.lang = wanted;
  settings.setState({ spoken: wanted });
}

/** The first of a browser's languages that we have texts for. */
export function languageOf(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const short = one.toLowerCase().split("-")[0] ?? "";
    if (Object.hasOwn(LANGUAGES, short)) return short as Language;
  }
  return "en";
}

export function themeOf(theme: Theme, dark: boolean, contrast: boolean): Exclude<Theme, "system"> {
  if (theme !== "system") return theme;
  if (contrast) return "contrast";
  return dark ? "dark" : "light";
}

function kept(): Partial<Settings> {
  try {
    const raw = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return {
      ...(raw.language === "system" || (raw.language && Object.hasOwn(LANGUAGES, raw.language))
        ? { language: raw.language }
        : {}),
      ...(raw.theme && THEMES.includes(raw.theme) ? { theme: raw.theme } : {}),
    };
  } catch {
    return {};
  }
}
