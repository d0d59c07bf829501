/** The ending of a downloaded file's name, by what is in the file. */

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpg"],
  ["image/webp", "webp"],
]);

/** `name` with the ending of its type; one that it has already is not doubled. */
export function named(name: string, mediaType: string): string {
  const ending = ENDINGS.get(mediaType) ?? mediaType.slice(mediaType.indexOf("/") + 1);
  const bare = name.replace(/\.(png|jpe?g|webp)$/i, "");
  return `${bare}.${ending}`;
}
