import { describe, expect, it } from "vitest";
import { FIRST, LEAST, MOST, pressed, sizeAt, stepped, stopOf } from "../../../src/mask/tools.ts";
import de from "../../../src/texts/mask.de.json";
import en from "../../../src/texts/mask.en.json";
import zh from "../../../src/texts/mask.zh.json";

const key = (
  name: string,
  held: Partial<Record<string, boolean>> = {},
): ReturnType<typeof pressed> =>
  pressed({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe("the brush's size", () => {
  it("goes up and down by steps that are seen, and stays in its limits", () => {
    const held = { ...FIRST, size: 2 };
    expect(stepped(held, 1).size).toBe(3);
    expect(stepped(held, -1).size).toBe(1);
    expect(stepped({ ...held, size: 100 }, 1).size).toBe(115);
    expect(stepped({ ...held, size: LEAST }, -1).size).toBe(LEAST);
    expect(stepped({ ...held, size: MOST }, 5).size).toBe(MOST);
  });

  it("stands at a stop of the slider, which gives about that size", () => {
    for (const size of [1, 7, 40, 333, 1000])
      expect(Math.abs(sizeAt(stopOf(size)) / size - 1)).toBeLessThan(0.2);
  });
});

describe("keys", () => {
  it("are those of other painters", () => {
    expect(key("[")).toEqual({ wider: -1 });
    expect(key("]")).toEqual({ wider: 1 });
    expect(key("z", { ctrlKey: true })).toEqual({ act: "undo" });
    expect(key("Z", { ctrlKey: true, shiftKey: true })).toEqual({ act: "redo" });
    expect(key("z", { metaKey: true })).toEqual({ act: "undo" });
    expect(key("E")).toEqual({ tool: "eraser" });
    expect(key("z")).toBeNull();
    expect(key("s", { ctrlKey: true })).toBeNull();
  });

  it("find the brackets behind AltGr, and mean nothing else with Alt", () => {
    expect(key("[", { ctrlKey: true, altKey: true })).toEqual({ wider: -1 });
    expect(key("b", { altKey: true })).toBeNull();
  });
});

describe("the painter's texts", () => {
  const gaps = (text: string): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();

  it.each([de, zh])("are all there in each language, with the same gaps", (own) => {
    expect(Object.keys(own).sort()).toEqual(Object.keys(en).sort());
    for (const [name, text] of Object.entries(en))
      expect(gaps(own[name as keyof typeof en]), name).toEqual(gaps(text));
  });
});
