/** A thing the user can do: by key, from the command palette, from a menu; one list for all. */

import type { Editor } from "../state/editor.ts";
import type { Work } from "../workspace/work.ts";
import type { Canvas } from "./canvas.ts";

export interface Doing {
  readonly editor: Editor;
  readonly work: Work;
  /** The canvas, where one is shown. */
  readonly canvas: Canvas | null;
}

export interface Command {
  readonly id: string;
  /** As it stands in menus and the command palette. */
  readonly title: string;
  readonly group: "run" | "edit" | "node" | "wire" | "view" | "file";
  /** Keys as `Ctrl+Shift+G`; Ctrl is Cmd on a Mac. Several are several ways. */
  readonly keys?: readonly string[];
  /** Whether the key works while a text field has the focus. */
  readonly whileTyping?: boolean;
  /** The browser's own event does it: the key is left to it. */
  readonly native?: boolean;
  readonly when?: (doing: Doing) => boolean;
  readonly run: (doing: Doing) => void | Promise<void>;
}
