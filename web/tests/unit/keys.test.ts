// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/commands/all.ts";
import type { Doing } from "../../src/commands/command.ts";
import { commandFor, keyName } from "../../src/commands/keys.ts";
import { EDITING } from "../../src/commands/editing.ts";
import { VIEWING } from "../../src/commands/viewing.ts";

const pressed = (code: string, key: string, held: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent("keydown", { code, key, ...held });
const CTRL = { ctrlKey: true };
const ALWAYS = [...EDITING, ...VIEWING].map((command) => ({ ...command, when: () => true }));
const told = (event: KeyboardEvent): string | undefined =>
  commandFor(ALWAYS, event, {} as Doing)?.id;

describe("the name of a key", () => {
  it("is the letter of the layout, not of the place", () => {
    expect(told(pressed("KeyY", "z", CTRL))).toBe("undo"); // QWERTZ
    expect(told(pressed("KeyZ", "y", CTRL))).toBe("redo");
    expect(told(pressed("KeyW", "z", CTRL))).toBe("undo"); // AZERTY
    expect(told(pressed("KeyQ", "a", CTRL))).toBe("select-all");
    expect(told(pressed("Semicolon", "m", CTRL))).toBe("mute");
    expect(told(pressed("Slash", "z", CTRL))).toBe("undo"); // Dvorak
    expect(told(pressed("KeyY", "Z", { ...CTRL, shiftKey: true }))).toBe("redo");
  });

  it("is no letter where the layout has a sign there", () => {
    expect(keyName(pressed("KeyM", ",", CTRL))).toBe("Ctrl+,"); // AZERTY
    expect(told(pressed("KeyZ", ";", CTRL))).toBeUndefined(); // Dvorak
    expect(keyName(pressed("Semicolon", "ö", CTRL))).toBe("Ctrl+Ö");
    expect(keyName(pressed("KeyW", "é", CTRL))).toBe("Ctrl+É"); // BÉPO
  });

  it("is the letter of the place in another script, or where Alt makes a sign of it", () => {
    expect(told(pressed("KeyZ", "я", CTRL))).toBe("undo");
    expect(told(pressed("KeyZ", "ζ", CTRL))).toBe("undo");
    expect(told(pressed("KeyZ", "ז", CTRL))).toBe("undo");
    expect(keyName(pressed("KeyW", "'"))).toBe("W"); // Hebrew
    expect(told(pressed("KeyC", "ç", { altKey: true }))).toBe("collapse");
    expect(told(pressed("KeyN", "Dead", { altKey: true }))).toBeUndefined();
    expect(keyName(pressed("KeyN", "Dead", { altKey: true }))).toBe("Alt+N");
  });

  it("is the digit, whether Shift gives it or takes it", () => {
    expect(told(pressed("Digit1", "!", { shiftKey: true }))).toBe("fit-all");
    expect(told(pressed("Digit1", "1", { shiftKey: true }))).toBe("fit-all"); // AZERTY
    expect(told(pressed("Digit1", "&"))).toBeUndefined();
  });

  it("is the sign, wherever the layout has it", () => {
    for (const [code, key, held] of [
      ["Minus", "?", { shiftKey: true }], // QWERTZ
      ["KeyM", "?", { shiftKey: true }], // AZERTY
      ["Slash", "?", { shiftKey: true }],
    ] as const)
      expect(told(pressed(code, key, held))).toBe("keys");
    expect(told(pressed("Comma", ".", { shiftKey: true }))).toBe("fit-selection"); // AZERTY
    expect(told(pressed("Slash", "-", { altKey: true }))).toBe("zoom-out"); // QWERTZ
    expect(told(pressed("BracketRight", "+", { altKey: true }))).toBe("zoom-in");
    expect(told(pressed("Minus", "–", { altKey: true }))).toBe("zoom-out"); // Option
    expect(told(pressed("Equal", "≠", { altKey: true }))).toBe("zoom-in");
  });

  it("stands for at most one command of those that are always there", () => {
    const named = COMMANDS.filter(({ when }) => !when).flatMap(({ keys }) => keys ?? []);
    expect(named).toHaveLength(new Set(named).size);
  });
});
