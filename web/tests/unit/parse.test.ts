import { describe, expect, it } from "vitest";
import { parse } from "../../src/graph/parse.ts";

const codes = (text: string): readonly string[] => parse(text).problems.map((found) => found.code);
const nodes = (inner: string): string => `{"format":1,"nodes":{${inner}}}`;

describe("reading", () => {
  it.each([
    ["", "bad_json"],
    ["{", "bad_json"],
    ['{"format":1,}', "bad_json"],
    ["[1] x", "bad_json"],
    ['{"a":01}', "bad_json"],
    ['{"a":"\u0001"}', "bad_json"],
    ['{"format":1,"format":1,"nodes":{"a":{"type":"T"}}}', "duplicate_key"],
    ['{"format":2,"nodes":{}}', "unsupported_version"],
    ['{"nodes":{"a":{"type":"T"}}}', "unsupported_version"],
    ["[]", "bad_graph"],
    [nodes('"a":{"type":"T","params":{"x":NaN}}'), "bad_number"],
    [nodes('"a":{"type":"T","params":{"x":1e400}}'), "bad_number"],
    [nodes('"a":{"type":"T","params":{"x":9007199254740993}}'), "out_of_range"],
    [nodes('"a":{"type":"T","params":{"x":"\\ud800"}}'), "bad_text"],
    [nodes('"9a":{"type":"T"}'), "bad_id"],
    [nodes('"a":{"kind":"T"}'), "bad_graph"],
    [nodes('"a":{"type":"T","mode":"off"}'), "out_of_choices"],
    [nodes('"a":{"type":"T","inputs":{"x":[]}}'), "bad_wire"],
    [nodes('"a":{"type":"T","v":0}'), "unsupported_version"],
    [nodes('"a":{"type":"Map","body":{"a":{"type":"T"}}}'), "duplicate_id"],
    [nodes(`"a":{"type":"T","params":{"x":${"[".repeat(101)}${"]".repeat(101)}}}`), "too_deep"],
    ["[".repeat(50_000), "too_deep"],
  ])("%s is refused as %s", (text, code) => {
    expect(codes(text)).toContain(code);
    expect(parse(text).graph).toBeNull();
  });

  it("opens a graph that has no nodes yet, and says so", () => {
    expect(codes('{"format":1}')).toEqual(["empty_graph"]);
    expect(parse('{"format":1}').graph?.nodes.size).toBe(0);
  });

  it("names the line and column of what is no JSON", () => {
    expect(parse('{\n  "a" 1\n}').problems[0]?.message).toContain("line 2, column 7");
  });

  it("names the nearest field that there is", () => {
    const [found] = parse(nodes('"a":{"type":"T","parms":{}}')).problems;
    expect(found?.fix).toBe("Did you mean 'params'?");
  });

  it("reads a double that is written as an integer, and a byte-order mark", () => {
    const { graph } = parse(
      `\uFEFF${nodes('"a":{"type":"T","params":{"x":100000000000000000000}}')}`,
    );
    expect(graph?.nodes.get("a")?.params.get("x")).toBe(1e20);
  });

  it("knows a ComfyUI workflow when it sees one", () => {
    const text = '{"3":{"class_type":"KSampler","inputs":{}}}';
    expect(parse(text).problems[0]?.message).toContain("ComfyUI");
  });
});
