/** What the stock graphs draw with the embedded model: small pictures made by running them. */

const FOUND: Readonly<Record<string, string>> = import.meta.glob("./templates/*.webp", {
  eager: true,
  query: "?url",
  import: "default",
});

/** The address of a template's picture; empty where it needs files that nobody ships. */
export function pictureOf(name: string): string {
  return FOUND[`./templates/${name}.webp`] ?? "";
}
