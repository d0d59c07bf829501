/**
 * Kept values looked at, as pictures: of the run that the canvas shows, else of the graph as it is.
 *
 * One picture a turn is held; they are let go together with the strip that asked for them.
 */

import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import { toJson } from "../graph/serialize.ts";
import type { Editor } from "../state/editor.ts";

/** How many pictures are held at most: a loop has 20 to 100 turns. */
const HELD = 160;

export class Peeks {
  private readonly editor: Editor;
  private readonly held = new Map<string, Promise<string | null>>();

  constructor(editor: Editor) {
    this.editor = editor;
  }

  /** The address of a wire's picture at a turn; null where nothing is kept of it. */
  picture(wire: string, turn: readonly number[]): Promise<string | null> {
    const key = `${this.editor.runs.getState().watched ?? ""} ${wire} ${turn.join(",")}`;
    let found = this.held.get(key);
    if (!found) {
      found = this.ask(wire, turn);
      this.held.set(key, found);
      // What is not kept now may be after the next run.
      void found.then((address) => address === null && this.held.delete(key));
      this.letGo(HELD);
    }
    return found;
  }

  /** Lets go of all but the newest `left`. */
  letGo(left = 0): void {
    for (const [key, found] of [...this.held].slice(0, Math.max(0, this.held.size - left))) {
      this.held.delete(key);
      void found.then((address) => address !== null && URL.revokeObjectURL(address));
    }
  }

  private async ask(wire: string, turn: readonly number[]): Promise<string | null> {
    const { watched } = this.editor.runs.getState();
    const now = (): Promise<Blob | null> =>
      server.peekPicture(toJson(this.editor.document.getState().document), wire, turn);
    const picture =
      watched === null
        ? await orNull(now())
        : ((await orNull(server.peekRun(watched, wire, turn))) ?? (await orNull(now())));
    return picture && URL.createObjectURL(picture);
  }
}

/** What a wire carried, of the run that is shown; of the graph as it stands where there is none. */
export async function summaryOf(
  editor: Editor,
  wire: string,
  turn: readonly number[],
  signal: AbortSignal,
): Promise<server.Summary | null> {
  const { watched } = editor.runs.getState();
  const found =
    watched === null ? null : await orNull(server.peekRunSummary(watched, wire, turn, signal));
  if (found) return found;
  return orNull(
    server.peekSummary(toJson(editor.document.getState().document), wire, turn, signal),
  );
}

/** Null where the server has nothing to show, for whichever reason it gives. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ServerError || error instanceof DOMException) return null;
    throw error;
  }
}
