/**
 * The graph that a picture carries: PNG's iTXt entry `latentgraph`; in WebP and JPEG the XMP
 * property `latentgraph:graph`. Reads bytes; knows no picture.
 */

/** The platform's own; the core is compiled without a browser's types. */
declare class TextDecoder {
  constructor(label: string, options: { readonly fatal: boolean });
  decode(bytes: Uint8Array): string;
}

export type Carried = { readonly graph: string } | { readonly reason: string };

/** Inflates zlib data: the browser's DecompressionStream, or Node's zlib. */
export type Inflate = (bytes: Uint8Array) => Promise<Uint8Array>;

const KEYWORD = "latentgraph";
const NO_GRAPH = "carries no graph: it was not saved by latentgraph, or was saved again since.";
const DAMAGED = "is damaged or cut short.";
const COMFY = "carries a ComfyUI workflow, which is another format: start from a template instead.";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const EXTENDED = "http://ns.adobe.com/xmp/extension/\0";

/** The JSON text of a picture's graph, or why there is none: "The picture ...". */
export async function graphInPicture(bytes: Uint8Array, inflate?: Inflate): Promise<Carried> {
  try {
    if (starts(bytes, 0, "\x89PNG\r\n\x1a\n")) return await fromPng(bytes, inflate);
    if (starts(bytes, 0, "RIFF") && starts(bytes, 8, "WEBP")) return fromXmp(webpXmp(bytes));
    if (starts(bytes, 0, "\xff\xd8\xff")) return fromXmp(jpegXmp(bytes));
  } catch {
    return { reason: DAMAGED };
  }
  return { reason: "is neither PNG, JPEG nor WebP." };
}

class CutShortError extends Error {}

function starts(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function slice(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (length < 0 || from + length > bytes.length) throw new CutShortError();
  return bytes.subarray(from, from + length);
}

function number(bytes: Uint8Array, at: number, size: 2 | 4, little = false): number {
  const part = slice(bytes, at, size);
  const view = new DataView(part.buffer, part.byteOffset, size);
  return size === 2 ? view.getUint16(0, little) : view.getUint32(0, little);
}

function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (code) => String.fromCharCode(code)).join("");
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

async function fromPng(bytes: Uint8Array, inflate: Inflate | undefined): Promise<Carried> {
  let reason = NO_GRAPH;
  for (let at = 8; at < bytes.length;) {
    const length = number(bytes, at, 4);
    const kind = latin(slice(bytes, at + 4, 4));
    const body = slice(bytes, at + 8, length);
    if (kind === "iTXt" && starts(body, 0, `${KEYWORD}\0`))
      return { graph: await textOf(body, inflate) };
    if (kind === "tEXt" && (starts(body, 0, "workflow\0") || starts(body, 0, "prompt\0")))
      reason = COMFY;
    if (kind === "IEND") break;
    at += 12 + length;
  }
  return { reason };
}

/** iTXt: keyword, 0, compressed?, method, language, 0, translated keyword, 0, text. */
async function textOf(body: Uint8Array, inflate: Inflate | undefined): Promise<string> {
  const flags = KEYWORD.length + 1;
  const language = body.indexOf(0, flags + 2);
  const translated = body.indexOf(0, language + 1);
  if (language < 0 || translated < 0) throw new CutShortError();
  const text = body.subarray(translated + 1);
  if (body[flags] !== 1) return utf8(text);
  if (!inflate) throw new CutShortError();
  return utf8(await inflate(text));
}

function webpXmp(bytes: Uint8Array): string {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = number(bytes, at + 4, 4, true);
    if (starts(bytes, at, "XMP ")) return utf8(slice(bytes, at + 8, length));
    at += 8 + length + (length % 2);
  }
  return "";
}

/** The XMP of a JPEG: its packet, then the parts of the extended one in their order. */
function jpegXmp(bytes: Uint8Array): string {
  let packet = "";
  const parts: { readonly at: number; readonly body: Uint8Array }[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xda || marker === 0xd9) break;
    const length = number(bytes, at + 2, 2);
    const body = slice(bytes, at + 4, length - 2);
    if (marker === 0xe1 && starts(body, 0, XMP)) packet = utf8(body.subarray(XMP.length));
    if (marker === 0xe1 && starts(body, 0, EXTENDED)) {
      // Its header: 32 letters of a digest, the whole length, the place of this part.
      const head = EXTENDED.length + 32;
      parts.push({ at: number(body, head + 4, 4), body: body.subarray(head + 8) });
    }
    at += 2 + length;
  }
  return packet + utf8(joined(parts));
}

function joined(parts: readonly { readonly at: number; readonly body: Uint8Array }[]): Uint8Array {
  const ordered = [...parts].sort((one, other) => one.at - other.at);
  const whole = new Uint8Array(ordered.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  for (const { body } of ordered) {
    whole.set(body, at);
    at += body.length;
  }
  return whole;
}

const ELEMENT = /<latentgraph:graph(?:\s[^>]*)?>([^<]*)<\/latentgraph:graph>/;
const ATTRIBUTE = /\slatentgraph:graph\s*=\s*(?:"([^"]*)"|'([^']*)')/;

function fromXmp(xml: string): Carried {
  const attribute = ATTRIBUTE.exec(xml);
  const found = ELEMENT.exec(xml)?.[1] ?? attribute?.[1] ?? attribute?.[2];
  return found === undefined ? { reason: NO_GRAPH } : { graph: unescaped(found) };
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name.startsWith("#x")) return String.fromCodePoint(parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return String.fromCodePoint(Number(name.slice(1)));
    return ENTITIES.get(name) ?? whole;
  });
}
