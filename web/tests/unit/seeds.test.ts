import { describe, expect, it } from "vitest";
import { setParam } from "../../src/graph/commands/nodes.ts";
import { parse } from "../../src/graph/parse.ts";
import { serialize } from "../../src/graph/serialize.ts";
import { advanced, randomSeed, seedMode, seedsIn, setSeedMode } from "../../src/widgets/seeds.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const seedOf = (graph: ReturnType<typeof stock>): unknown =>
  graph.nodes.get("noise")?.params.get("seed");

describe("the seed after a run", () => {
  it("stays, goes on by one, or is another, as the graph's view says", () => {
    const graph = setParam(stock("txt2img.json"), "noise", "seed", 41);
    const used = seedsIn(graph, BUILTIN);
    expect(used.get("/noise.seed")).toBe(41);
    expect(seedOf(advanced(graph, used))).toBe(41);
    expect(seedOf(advanced(setSeedMode(graph, "noise", "seed", "increment"), used))).toBe(42);
    const other = seedOf(advanced(setSeedMode(graph, "noise", "seed", "random"), used));
    expect(other).not.toBe(41);
    expect(Number.isSafeInteger(other)).toBe(true);
  });

  it("is not touched where another was typed while the run was queued", () => {
    const graph = setSeedMode(
      setParam(stock("txt2img.json"), "noise", "seed", 41),
      "noise",
      "seed",
      "increment",
    );
    const used = seedsIn(graph, BUILTIN);
    expect(seedOf(advanced(setParam(graph, "noise", "seed", 7), used))).toBe(7);
  });

  it("survives a save, and changes nothing that a key is made of", () => {
    const graph = stock("txt2img.json");
    const marked = setSeedMode(graph, "noise", "seed", "random");
    const again = parse(serialize(marked)).graph;
    expect(again && seedMode(again, "noise", "seed")).toBe("random");
    expect(serialize({ ...marked, view: graph.view })).toBe(serialize(graph));
    expect(serialize(setSeedMode(marked, "noise", "seed", "fixed"))).toBe(serialize(graph));
  });

  it("finds seeds in bodies and definitions, not those that are wired", () => {
    const seeds = seedsIn(stock("seed-grid.json"), BUILTIN);
    for (const key of seeds.keys()) expect(key).not.toContain("noise.seed");
    expect(seedsIn(stock("txt2img.json"), BUILTIN).size).toBe(1);
  });

  it("is drawn anew each time", () => {
    expect(new Set(Array.from({ length: 50 }, randomSeed)).size).toBeGreaterThan(45);
  });
});
