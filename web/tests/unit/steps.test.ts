import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stepWords } from "../../src/texts/steps.ts";
import { chooseTexts, textsOf } from "../../src/texts/texts.ts";

const SOURCE = join(import.meta.dirname, "../../src");
const LITERAL = String.raw`("(?:[^"\\]|\\.)*"|${"`[^`]*`"})`;
const EDITS = new RegExp(
  String.raw`\.?\b(?:edit|outcome|folded)\(\s*(?:doing,\s*)?${LITERAL}`,
  "g",
);
const COUNTED = new RegExp(String.raw`\b(?:on|counted)\((?:doing,\s*)?${LITERAL}`, "g");

/** Every label written in the code, gaps filled with something. */
function labels(): readonly string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("graph"))
    .flatMap((name) => {
      const text = readFileSync(join(SOURCE, name), "utf8");
      const plain = [...text.matchAll(EDITS)].map(([, label = ""]) => label);
      const many = [...text.matchAll(COUNTED)].map(([, label = ""]) => label.replace(/"$/, ' x"'));
      return [...plain, ...many];
    })
    .map((label) => label.slice(1, -1).replace(/\$\{[^}]*\}?/g, "3"));
}

const speak = async (language: "en" | "de" | "zh"): Promise<void> =>
  chooseTexts(await textsOf(language), language);

afterEach(() => speak("en"));

describe("a step of the history", () => {
  it("is said in the user's language, with what it was about", async () => {
    await speak("de");
    expect(stepWords("Add Curve")).toBe("Curve hinzufügen");
    expect(stepWords("Remove 12 nodes")).toBe("12 Knoten entfernen");
    expect(stepWords("Remove a note")).toBe("Notiz entfernen");
    expect(stepWords("Remove note_3")).toBe("note_3 entfernen");
    expect(stepWords("Rename a to b to c")).toBe("a in b to c umbenennen");
    expect(stepWords("Move into 'denoise'")).toBe("In „denoise“ ziehen");
    await speak("zh");
    expect(stepWords("Set guidance scale")).toBe("设置 guidance scale");
    await speak("en");
    expect(stepWords("Duplicate 2 nodes")).toBe("Duplicate 2 nodes");
  });

  it("stays as it is where it was said in the user's language when it was made", async () => {
    await speak("de");
    expect(stepWords("Ihres übernehmen")).toBe("Ihres übernehmen");
  });

  it("has words for whatever is written in the code", async () => {
    const found = labels();
    expect(found.length).toBeGreaterThan(40);
    await speak("zh");
    expect(found.filter((label) => stepWords(label) === label)).toEqual([]);
  });
});
