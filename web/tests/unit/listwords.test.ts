import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { entry, remedy } from "../../src/graph/check/listwords.ts";

/** The lists of files that the built-in nodes name, out of the server's own catalogue. */
function lists(): readonly string[] {
  const file = new URL("../fixtures/catalogue.json", import.meta.url);
  const found = readFileSync(file, "utf8").matchAll(/"choices": \{\s*"name": "(\w+)"/g);
  return [...new Set([...found].map((match) => match[1] ?? ""))];
}

describe("the words for lists", () => {
  it("are those of the field", () => {
    expect(["vaes", "controls", "adapters", "text_encoders"].map(entry)).toEqual([
      "VAE",
      "ControlNet",
      "T2I adapter",
      "text encoder",
    ]);
  });

  it("say for every list of the nodes what to do where an entry is missing", () => {
    expect(lists()).toContain("adapters");
    for (const list of lists()) expect(remedy(list)).toMatch(/^(Put it into|Send) .+\.$/);
  });
});
