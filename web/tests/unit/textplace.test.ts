import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem } from "../../src/graph/errors.ts";
import { parse } from "../../src/graph/parse.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { lineOfProblem, spanOfLine, tokensOf } from "../../src/panels/textplace.ts";
import { stock } from "./fixtures.ts";

const TEXT = serialize(stock("txt2img.json"));
const lines = TEXT.split("\n");

describe("where a problem stands in the text", () => {
  it("is the line the reader names", () => {
    const broken = TEXT.replace('"solver": "euler",', '"solver": "euler"');
    const [found] = parse(broken).problems;
    const wrong = broken.split("\n").findIndex((line) => line.includes('"solver": "euler"')) + 1;
    // The missing comma is noticed where the next name begins.
    expect(found && lineOfProblem(broken, found)).toBe(wrong + 1);
  });

  it("is the line of the port in its node, not of another node's", () => {
    const line = lineOfProblem(TEXT, problem("x", "wrong", "negative", "text_encoder"));
    expect(lines[line - 1]).toContain('"text_encoder"');
    expect(lines.slice(0, line).lastIndexOf('    "negative": {')).toBeGreaterThan(
      lines.indexOf('    "positive": {'),
    );
  });

  it("is the first line for the graph itself", () =>
    expect(lineOfProblem(TEXT, problem("x", "wrong"))).toBe(1));

  it("spans the line", () => {
    const [start, end] = spanOfLine(TEXT, 3);
    expect(TEXT.slice(start, end)).toBe(lines[2]);
  });
});

describe("the pieces of a coloured text", () => {
  it("are the text, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(
          tokensOf(text)
            .map(([, piece]) => piece)
            .join(""),
        ).toBe(text);
      }),
    );
    expect(
      tokensOf(TEXT)
        .map(([, piece]) => piece)
        .join(""),
    ).toBe(TEXT);
  });

  it("tell names from texts, numbers and words", () => {
    const kinds = tokensOf('{"a": "b", "c": -1.5e3, "d": true}').flatMap(([kind, piece]) =>
      kind === "" ? [] : [`${kind} ${piece}`],
    );
    expect(kinds).toEqual([
      'name "a"',
      'text "b"',
      'name "c"',
      "number -1.5e3",
      'name "d"',
      "word true",
    ]);
  });
});
