/** Moments as people read them, in the page's language. */

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `5 minutes ago`; the date where that is more than a month. `now` in milliseconds. */
export function ago(moment: string | number, language: string, now = Date.now()): string {
  const at = typeof moment === "number" ? moment : Date.parse(moment);
  const seconds = (now - at) / 1000;
  if (seconds > 31 * 86_400)
    return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(at);
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of STEPS)
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  return words.format(0, "second");
}

/** Date and time in full, for a tooltip. */
export function exactly(moment: string | number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(
    new Date(moment),
  );
}
