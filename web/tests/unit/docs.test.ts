import { describe, expect, it } from "vitest";
import { docsOf } from "../../src/panels/docs.ts";
import { BUILTIN } from "./fixtures.ts";

const docs = (type: string): ReturnType<typeof docsOf> => {
  const declaration = BUILTIN.declarations.get(type);
  if (!declaration) throw new Error(`There is no ${type}.`);
  return docsOf(declaration);
};

describe("what a docstring says of each port", () => {
  it("is told apart from what is said of the node", () => {
    const { ports, rest } = docs("EmptyLatent");
    expect(ports.get("width")).toBe(
      "pixels; None is the size that the model of `vae` was made for.",
    );
    expect(ports.get("height")).toBe(ports.get("width"));
    expect(ports.get("batch")).toBe("pictures.");
    expect(rest.join(" ")).toContain("Gives samples [batch, C, H/f, W/f].");
    expect(rest.join(" ")).toContain("Errors: a size");
  });

  it("keeps every word of every docstring", () => {
    for (const [type, declaration] of BUILTIN.declarations) {
      const { ports, rest } = docsOf(declaration);
      const kept = `${[...ports.values()].join(" ")} ${rest.join(" ")}`;
      const words = (text: string): string[] =>
        text
          .split(/[\s:,]+/)
          .filter(
            (word) =>
              word !== "" && !declaration.inputs.has(word) && !declaration.outputs.has(word),
          );
      for (const word of words(declaration.doc)) expect(kept, `${type}: ${word}`).toContain(word);
    }
  });
});
