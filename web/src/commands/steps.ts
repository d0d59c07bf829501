/** Back and forth in the history, and which step it was, said aloud. */

import type { Editor } from "../state/editor.ts";
import { stepWords } from "../texts/steps.ts";
import { say } from "../texts/texts.ts";

export function stepBack({ document, ui }: Editor): void {
  const { history, undo } = document.getState();
  const step = history.past.at(-1);
  undo();
  if (step) ui.getState().say(say("edit.undone", { what: stepWords(step.label) }));
}

export function stepForth({ document, ui }: Editor): void {
  const { history, redo } = document.getState();
  const step = history.future.at(-1);
  redo();
  if (step) ui.getState().say(say("edit.redone", { what: stepWords(step.label) }));
}
