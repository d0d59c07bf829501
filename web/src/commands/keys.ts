/** Keys to commands: one listener on the window, which leaves text fields alone. */

import { useEffect } from "react";
import { sayOr } from "../texts/texts.ts";
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

/** Signs that keys are named by; `+` stands with Shift on the key of `=`, or has one of its own. */
const SIGNS: Readonly<Record<string, string>> = {
  "=": "=",
  "+": "=",
  "-": "-",
  "?": "?",
  ".": ".",
  ",": ",",
};

/**
 * The key itself, as the layout has it. By its place only where that says nothing: another script,
 * Alt that makes a sign of a letter, a digit that Shift makes a sign of.
 */
function baseKey({ key, code, altKey }: KeyboardEvent): string {
  if (SIGNS[key] !== undefined) return SIGNS[key];
  if (/^[a-z0-9]$/i.test(key)) return key.toUpperCase();
  if (code.startsWith("Key") && (altKey || !isLatin(key, code))) return code.slice(3);
  if (code.startsWith("Digit")) return code.slice(5);
  if (code === "Space") return "Space";
  if (altKey && (code === "Equal" || code === "Minus")) return code === "Equal" ? "=" : "-";
  return key.length === 1 ? key.toUpperCase() : key;
}

/** Whether a layout of Latin letters gave this; Hebrew has signs on two of its letters' keys. */
function isLatin(key: string, code: string): boolean {
  if (/^\p{Letter}$/u.test(key)) return /^\p{Script=Latin}$/u.test(key);
  return !["KeyQ/", "KeyW'"].includes(code + key);
}

const ARROWS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
const MARKS: Readonly<Record<string, string>> = MAC
  ? { ...ARROWS, Ctrl: "⌘", Alt: "⌥", Shift: "⇧" }
  : ARROWS;

/** Keys as this machine shows them, in the user's language. */
export function keyWords(keys: string): string {
  const words = keys.split("+").map((key) => MARKS[key] ?? sayOr(`key.${key}`, key));
  return words.join(MAC ? "" : "+");
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

/** Its name, and for a sign that only Shift gives on this layout the name without it. */
function namesOf(event: KeyboardEvent): readonly string[] {
  const name = keyName(event);
  return event.shiftKey && SIGNS[event.key] !== undefined
    ? [name, name.replace("Shift+", "")]
    : [name];
}

/** Which command a key stands for at present, if any. */
export function commandFor(
  commands: readonly Command[],
  event: KeyboardEvent,
  doing: Doing,
): Command | undefined {
  const names = namesOf(event);
  const typing = isTyping(event.target);
  if (isPressing(event) && !event.ctrlKey && !event.metaKey) return undefined;
  return commands.find(
    (command) =>
      command.keys?.some((key) => names.includes(key)) === true &&
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
