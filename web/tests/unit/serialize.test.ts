import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/graph/json.ts";
import { parse } from "../../src/graph/parse.ts";
import { serialize, toJson } from "../../src/graph/serialize.ts";
import { STOCK, graphOf, json, namesIn, opened, read, stock } from "./fixtures.ts";

describe("canonical text", () => {
  it.each(STOCK)("of the stock graph %s is the file's own bytes", (name) => {
    expect(serialize(stock(name))).toBe(read(`graphs/${name}`));
  });

  it("writes every number as Python does", () => {
    for (const [bits, text] of json("tests/cases/numbers.json") as [string, string][]) {
      const value = Buffer.from(bits, "hex").readDoubleBE();
      const graph = graphOf({ a: { type: "T", params: { n: value } } });
      expect(serialize(graph)).toContain(`"n": ${text}\n`);
    }
  });

  it("writes every text as Python does", () => {
    const [source, canonical] = json("tests/cases/text.json") as [string, string];
    expect(serialize(opened(source))).toBe(canonical);
  });

  it.each(namesIn("tests/cases/validate"))("of the shared case %s reads back as itself", (name) => {
    const { graph } = json(`tests/cases/validate/${name}`) as { graph: Json };
    const first = serialize(opened(JSON.stringify(graph)));
    expect(serialize(opened(first))).toBe(first);
  });

  it("sorts names by code units, also where they look like integers", () => {
    const params = { "10": 1, "9": 2, b: 3, a: 4, "-1": 5 };
    const text = serialize(graphOf({ s: { type: "Switch", params } }));
    const names = [...text.matchAll(/^ {8}"(.+?)":/gm)].map((found) => found[1]);
    expect(names).toEqual(["-1", "10", "9", "a", "b"]);
  });

  it("keeps the author's order of nodes, outputs and public inputs", () => {
    const nodes = { z: { type: "T" }, a: { type: "T" }, constructor: { type: "T" } };
    const text = serialize(graphOf(nodes, { outputs: { q: "z.x", b: "a.x" } }));
    expect(Object.keys((JSON.parse(text) as { nodes: object }).nodes)).toEqual(Object.keys(nodes));
    expect(text.indexOf('"q"')).toBeLessThan(text.indexOf('"b"'));
  });

  it("keeps what it does not know: node types, fields, values", () => {
    const source =
      '{"format":1,"nodes":{"a":{"type":"pack:Odd","params":{"__proto__":[1,{"constructor":2}]},"new_field":{"b":1,"a":2}}},"later":true}';
    const { graph, problems } = parse(source);
    expect(problems.map((found) => found.code)).toEqual(["unknown_field", "unknown_field"]);
    const written = graph ? serialize(graph) : "";
    expect(written).toContain('"__proto__": [');
    expect(written).toContain('"new_field": {\n        "a": 2,\n        "b": 1');
    expect(written).toContain('"later": true');
  });

  it("gives the API the same data", () => {
    expect(toJson(stock("txt2img.json"))).toEqual(json("graphs/txt2img.json"));
  });

  it("is stable for any typed values", () => {
    const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (params) => {
        const graph = graphOf({ a: { type: "T", params } });
        const text = serialize(graph);
        expect(serialize(opened(text))).toBe(text);
        expect(JSON.parse(text) as Json).toEqual(
          JSON.parse(
            JSON.stringify({
              format: 1,
              nodes: { a: { type: "T", ...(Object.keys(params).length > 0 ? { params } : {}) } },
            }),
          ),
        );
      }),
    );
  });
});
