/** A tap on Space opens the palette; Space held down and a drag pans (xyflow does that). */

import { useEffect } from "react";
import type { Doing } from "../commands/command.ts";

/** A longer press is a hold, in milliseconds. */
const TAP = 350;

export function useSpace(doing: () => Doing): void {
  useEffect(() => {
    let pressed: number | null = null;
    const down = (event: KeyboardEvent): void => {
      if (
        event.code !== "Space" ||
        event.repeat ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.shiftKey
      )
        return;
      if (!isFree(event.target)) return;
      event.preventDefault();
      pressed = event.timeStamp;
    };
    const used = (): void => {
      pressed = null;
    };
    const up = (event: KeyboardEvent): void => {
      if (event.code !== "Space" || pressed === null) return;
      const quick = event.timeStamp - pressed < TAP;
      pressed = null;
      const { editor, canvas } = doing();
      if (!quick || !canvas || editor.ui.getState().palette) return;
      const screen = canvas.pointer();
      editor.ui.getState().openPalette({ screen, ...canvas.at(screen) });
    };
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("pointerdown", used);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("pointerdown", used);
    };
  }, [doing]);
}

/** Whether a key pressed there is nobody else's: no field, no button has it. */
function isFree(target: EventTarget | null): boolean {
  return (
    target instanceof Element && (target === document.body || target.closest(".canvas") === target)
  );
}
