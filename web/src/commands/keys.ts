/** Keys to commands: one listener on the window, which leaves text fields alone. */

import { useEffect } from "react";
import type { Command, Doing } from "./command.ts";

const MAC = /\bMac/.test(navigator.userAgent);

/** The name of a pressed key as commands write it: `Ctrl+Shift+G`. */
export function keyName(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (MAC ? event.metaKey : event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey) parts.push("Shift");
  parts.push(baseKey(event));
  return parts.join("+");
}

/** The key itself: letters and digits by their place where Alt or Shift would change them. */
function baseKey({ key, code }: KeyboardEvent): string {
  if (code.startsWith("Key")) return code.slice(3);
  if (code.startsWith("Digit")) return code.slice(5);
  if (code === "Space") return "Space";
  if (code === "Equal" || code === "Minus") return code === "Equal" ? "=" : "-";
  return key.length === 1 ? key.toUpperCase() : key;
}

/** Keys as this machine shows them. */
export function keyWords(keys: string): string {
  return MAC
    ? keys.replace("Ctrl", "⌘").replace("Alt", "⌥").replace("Shift", "⇧").replaceAll("+", "")
    : keys;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** Keys that a focused button or link takes for itself. */
function isPressing(event: KeyboardEvent): boolean {
  const pressed =
    event.target instanceof Element &&
    event.target.closest("button, a, summary, [role=button], [role=option], [role=tab]") !== null;
  return pressed && ["Enter", " "].includes(event.key);
}

/** Which command a key stands for at present, if any. */
export function commandFor(
  commands: readonly Command[],
  event: KeyboardEvent,
  doing: Doing,
): Command | undefined {
  const name = keyName(event);
  const typing = isTyping(event.target);
  if (isPressing(event) && !event.ctrlKey && !event.metaKey) return undefined;
  return commands.find(
    (command) =>
      command.keys?.includes(name) &&
      (!typing || command.whileTyping === true) &&
      command.when?.(doing) !== false,
  );
}

export function useKeys(commands: readonly Command[], doing: () => Doing): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const command = commandFor(commands, event, doing());
      if (!command || command.native === true) return;
      event.preventDefault();
      void command.run(doing());
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [commands, doing]);
}
