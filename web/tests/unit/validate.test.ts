import { describe, expect, it } from "vitest";
import type { Json } from "../../src/graph/json.ts";
import { fromJson } from "../../src/graph/parse.ts";
import { validate } from "../../src/graph/validate.ts";
import { BUILTIN, SMALL, STOCK, graphOf, json, namesIn, stock } from "./fixtures.ts";

interface Found {
  readonly code: string;
  readonly path: string;
  readonly port: string;
}

interface Shared {
  readonly graph: Json;
  readonly problems: readonly Found[];
}

/** Cases that only the server can decide, by name, each with the reason. There are none. */
const SERVER_ONLY: ReadonlyMap<string, string> = new Map();

const CASES = namesIn("tests/cases/validate").map((name) => name.slice(0, -5));

function found(graph: Json): readonly Found[] {
  const { graph: read, problems } = fromJson(graph);
  if (!read) throw new Error(problems.map((one) => one.message).join("\n"));
  const all = validate(read, SMALL).map(({ code, path, port }) => ({ code, path, port }));
  const key = (one: Found): string => [one.code, one.path, one.port].join("\n");
  return all.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

describe("the cases shared with the engine's validator", () => {
  it.each(CASES.filter((name) => !SERVER_ONLY.has(name)))("%s", (name) => {
    const shared = json(`tests/cases/validate/${name}.json`) as unknown as Shared;
    expect(found(shared.graph)).toEqual(shared.problems);
  });

  it("names no case that is not there", () => {
    expect(CASES).toEqual(expect.arrayContaining([...SERVER_ONLY.keys()]));
    expect(CASES.length).toBeGreaterThan(60);
  });
});

describe("the stock graphs", () => {
  it.each(STOCK)("%s has no problems", (name) => {
    expect(validate(stock(name), BUILTIN)).toEqual([]);
  });
});

describe("sentences", () => {
  const start = { type: "Start" };
  const only = (nodes: Record<string, Json>, fields: Record<string, Json> = {}): string[] => {
    const graph = graphOf({ s: start, ...nodes }, { outputs: { o: "s.num" }, ...fields });
    return validate(graph, SMALL).map(({ message, fix }) => `${message} ${fix}`.trim());
  };

  it("name what came, what was wanted and what to do", () => {
    expect(only({ t: { type: "Totall" } })).toEqual([
      "There is no node type 'Totall'. Did you mean 'Total'?",
    ]);
    expect(only({ t: { type: "Shrink", inputs: { big: "s.num" } } })).toEqual([
      "wants a Big, 's.num' is a Num. Grow makes one from the other.",
    ]);
    expect(only({ t: { type: "Add" } })).toEqual([
      "Add needs its input 'num' (a Num), and nothing is wired to it. Wire 's.num' to it?",
    ]);
    expect(only({ a: { type: "Start", params: { x: 1e9 } } })).toEqual([
      "wants at most 100, this is 1000000000.",
    ]);
    expect(only({ a: { type: "Area", params: { width: 13 } } })).toEqual([
      "wants a multiple of 8, this is 13; the nearest are 8 and 16.",
    ]);
  });

  it("name a shortest way round a circle", () => {
    const nodes = {
      a: { type: "Add", inputs: { num: "b.num", other: "c.num" } },
      b: { type: "Add", inputs: { num: "c.num" } },
      c: { type: "Add", inputs: { num: "a.num" } },
    };
    expect(only(nodes)[0]).toContain("The wires go in a circle: a -> c -> a.");
  });

  it("say which models there are", () => {
    const graph = graphOf(
      { m: { type: "Load", params: { model: "other" } } },
      { outputs: { o: "m.num" } },
    );
    const [problem] = validate(graph, SMALL, { lists: new Map([["models", ["demo"]]]) });
    expect(problem).toMatchObject({ code: "unknown_model", path: "m", port: "model" });
    expect(problem?.fix).toContain("demo");
    expect(problem?.fix).toContain("Put it into 'checkpoints' in the folder of models");
  });

  it("tell a name of an upload from what only begins like one", () => {
    const named = (model: string): readonly string[] => {
      const graph = graphOf(
        { m: { type: "Load", params: { model } } },
        { outputs: { o: "m.num" } },
      );
      return validate(graph, SMALL, { lists: new Map([["models", ["demo"]]]) }).map(
        ({ code }) => code,
      );
    };
    expect(named(`sha256:${"0".repeat(64)}`)).toEqual([]);
    expect(named("sha256:1234")).toEqual(["unknown_upload"]);
  });
});
