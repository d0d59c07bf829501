// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/commands/all.ts";
import { wireCommands } from "../../src/commands/wires.ts";
import { found, titleOf } from "../../src/shell/commandlist.ts";
import { languageOf, themeOf } from "../../src/state/settings.ts";
import { chooseTexts, say, textsOf } from "../../src/texts/texts.ts";
import type { Language } from "../../src/texts/texts.ts";

const OTHERS: readonly Language[] = ["de", "zh"];
const textsIn = async (language: Language): Promise<ReadonlyMap<string, string>> =>
  new Map(Object.entries(await textsOf(language)));
const gaps = (text: string): readonly string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

afterEach(async () => chooseTexts(await textsOf("en"), "en"));

describe.each(OTHERS)("the texts in %s", (language) => {
  it("are those of English, none missing and none left over", async () => {
    const english = await textsIn("en");
    const own = [...(await textsIn(language)).keys()].filter(
      (name) => !name.startsWith("command."),
    );
    expect([...english.keys()].filter((name) => !own.includes(name))).toEqual([]);
    expect(own.filter((name) => !english.has(name))).toEqual([]);
  });

  it("fill the same gaps", async () => {
    const own = await textsIn(language);
    const wrong = [...(await textsIn("en"))].filter(
      ([name, text]) => String(gaps(text)) !== String(gaps(own.get(name) ?? "")),
    );
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it("name every command, and no other", async () => {
    const own = await textsIn(language);
    const ids = new Set([...COMMANDS, ...wireCommands("")].map(({ id }) => `command.${id}`));
    expect([...ids].filter((name) => !own.has(name))).toEqual([]);
    expect([...own.keys()].filter((name) => name.startsWith("command.") && !ids.has(name))).toEqual(
      [],
    );
  });

  it("are no English", async () => {
    const english = await textsIn("en");
    const own = await textsIn(language);
    const same = [...english].filter(
      ([name, text]) =>
        /\p{Letter}{4,}.*\s\p{Letter}{3,}/u.test(text.replace(/\{\w+\}/g, "")) &&
        own.get(name) === text,
    );
    expect(same).toEqual([]);
  });
});

describe("saying", () => {
  it("fills gaps, and leaves those that nobody fills", () => {
    expect(say("node.turn", { done: 3, total: 20 })).toBe("turn 3 of 20");
    expect(say("node.turn", { done: 3 })).toBe("turn 3 of {total}");
  });

  it("speaks the chosen language, and English where a text is missing", () => {
    chooseTexts({ "run.run": "Los" }, "de");
    expect([say("run.run"), say("run.cancel")]).toEqual(["Los", "Cancel"]);
  });
});

describe("settings", () => {
  it("find the first language of a browser that there are texts for", () => {
    expect(languageOf(["fr-FR", "zh-CN", "en"])).toBe("zh");
    expect(languageOf(["de-AT"])).toBe("de");
    expect(languageOf(["fr"])).toBe("en");
  });

  it("follow the system's look unless one was chosen", () => {
    expect([
      themeOf("system", true, false),
      themeOf("system", false, false),
      themeOf("system", false, true),
      themeOf("dark", false, true),
    ]).toEqual(["dark", "light", "contrast", "dark"]);
  });
});

describe("the list of commands", () => {
  it("finds by beginnings of words, in any order", () => {
    expect(found(COMMANDS, "reconn del")[0]?.id).toBe("delete-reconnect");
    expect(found(COMMANDS, "undo")[0]?.id).toBe("undo");
    expect(found(COMMANDS, "qqqq")).toEqual([]);
  });

  it("finds in the user's language and still in English", async () => {
    chooseTexts(await textsOf("de"), "de");
    const undo = COMMANDS.find(({ id }) => id === "undo");
    expect(undo && titleOf(undo)).toBe("Rückgängig");
    expect(found(COMMANDS, "rückg").map(({ id }) => id)).toEqual(["undo"]);
    expect(found(COMMANDS, "undo").map(({ id }) => id)).toContain("undo");
  });

  it("gives no two commands the same key where both could be meant, and none the same id", () => {
    const ids = COMMANDS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const always = COMMANDS.filter(({ when }) => !when).flatMap(({ keys }) => keys ?? []);
    expect(always.filter((key, at) => always.indexOf(key) !== at)).toEqual([]);
  });
});
