/**
 * Whether a picture may carry the text in which AUTOMATIC1111 says how it was made: a PNG by the
 * name of that text, a JPEG or WebP by a user comment in its EXIF. The server reads the text itself.
 */

const NAME = "parameters\0";
const STEPS = "Steps: ";
/** The same in two bytes a letter, whichever comes first. */
const WIDE = STEPS.split("").join("\0");
/** Texts stand before the pixels of a PNG and JPEG, and behind those of a WebP. */
const NEAR = 1 << 18;

export function mayTellMaking(bytes: Uint8Array): boolean {
  const ends =
    bytes.length <= 2 * NEAR ? [bytes] : [bytes.subarray(0, NEAR), bytes.subarray(-NEAR)];
  return ends.some((part) => [NAME, STEPS, WIDE].some((text) => includes(part, text)));
}

function includes(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
    if (same === text.length) return true;
  }
  return false;
}
