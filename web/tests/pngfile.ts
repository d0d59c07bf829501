/** PNG files made by hand, for what no library would write. */

import { crc32 } from "node:zlib";

/** The file of these parts, each a name and what it holds. */
export function pngOf(parts: readonly (readonly [string, Buffer])[]): Buffer<ArrayBuffer> {
  const chunks = parts.map(([kind, body]) => {
    const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
    const frame = Buffer.alloc(8 + named.length);
    frame.writeUInt32BE(body.length, 0);
    named.copy(frame, 4);
    frame.writeUInt32BE(crc32(named), 4 + named.length);
    return frame;
  });
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}
