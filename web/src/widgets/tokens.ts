/**
 * How long a prompt is, about. The server counts no tokens, so this estimates those of a CLIP
 * vocabulary: common words are one, long ones two or more, digits and signs one each.
 */

const PIECES = /'(?:s|t|re|ve|m|ll|d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
/** `(word:1.2)`, brackets and BREAK are read by TextEncode, not encoded. */
const WEIGHT = /:\s*-?[\d.]+\s*\)|[()[\]]|\bBREAK\b/g;
const WHOLE = 11;
const PART = 5;
/** Tokens of one chunk, without its begin and end. */
export const CHUNK = 75;

export function tokensIn(text: string): number {
  let count = 0;
  for (const [piece] of text.replace(WEIGHT, " ").matchAll(PIECES)) count += pieceTokens(piece);
  return count;
}

function pieceTokens(piece: string): number {
  const letters = piece.length;
  if (!/\p{L}/u.test(piece) || letters <= WHOLE) return /^[\x20-\x7e]*$/.test(piece) ? 1 : letters;
  return 1 + Math.ceil((letters - WHOLE) / PART);
}

export function wordsIn(text: string): number {
  return text.trim() === "" ? 0 : text.trim().split(/\s+/).length;
}
