/** A file of the server as a tab knows it: its name, and the version that the tab goes out from. */

export interface FileRef {
  /** Its name on the server; empty while it has never been saved there. */
  readonly name: string;
  /** The ETag that a save expects to replace; empty where nothing is there yet. */
  readonly etag: string;
  readonly version: number;
}

export const UNSAVED: FileRef = { name: "", etag: "", version: 0 };

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Whether the server takes a name: 1 to 64 small letters, digits, `-` and `_`. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** A name made from a title: `Red circle, blue` is `red-circle-blue`. `graph` where nothing is left. */
export function nameFrom(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[-_]+|-+$/g, "")
    .slice(0, 64)
    .replace(/-+$/, "");
  return isName(plain) ? plain : "graph";
}

/** A name that is not taken: `circle`, `circle-2`, `circle-3`. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let count = 2; ; count++) {
    const ending = `-${count}`;
    const next = name.slice(0, 64 - ending.length) + ending;
    if (!taken.has(next)) return next;
  }
}

/** An id that no other tab has. The browser's own is missing on a page without TLS. */
export function freshTabId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("");
}
