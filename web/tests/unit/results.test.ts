import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/api/server.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { candidatesIn } from "../../src/results/branching.ts";
import { mergedPage, openRuns } from "../../src/results/feed.ts";
import { seedsOf } from "../../src/results/seeds.ts";
import { newestTurn, seenPort, turnOf } from "../../src/results/turns.ts";
import { zoomed } from "../../src/results/Zoom.tsx";
import { BUILTIN, stock } from "./fixtures.ts";

const run = (id: string, created: number, more: Partial<RunSummary> = {}): RunSummary =>
  ({
    id,
    created: `2026-01-01T00:00:${String(created).padStart(2, "0")}Z`,
    status: "completed",
    place: null,
    ...more,
  }) as RunSummary;
const ids = (runs: readonly RunSummary[]): string => runs.map(({ id }) => id).join(" ");

describe("the feed of runs", () => {
  it("keeps older pages behind the newest one, and drops what is gone from it", () => {
    const known = [run("c", 3), run("b", 2), run("a", 1)];
    expect(ids(mergedPage([run("d", 4), run("c", 3)], known))).toBe("d c b a");
    expect(ids(mergedPage([run("d", 4), run("b", 2)], known))).toBe("d b a");
    expect(ids(mergedPage([], known))).toBe("");
  });

  it("keeps the identity of what did not change", () => {
    const known = [run("a", 1)];
    expect(mergedPage([run("a", 1)], known)[0]).toBe(known[0]);
    expect(mergedPage([run("a", 1, { status: "failed" })], known)[0]).not.toBe(known[0]);
  });

  it("lists what is open in the order in which it will run", () => {
    const runs = [
      run("late", 3, { status: "queued", place: 1 }),
      run("soon", 2, { status: "queued", place: 0 }),
      run("now", 1, { status: "running" }),
      run("old", 0),
    ];
    expect(ids(openRuns(runs))).toBe("now soon late");
  });
});

describe("turns", () => {
  const graph = stock("txt2img.json");
  const types = typesOf(graph, BUILTIN);

  it("shows the latent of the loop", () => {
    expect(seenPort(types, "denoise")).toBe("latent");
    expect(turnOf(types, "denoise", 12, () => 20)).toEqual([12]);
    expect(seenPort(types, "model")).toBeNull();
  });

  it("looks at the newest turn of a wire: the last one inside, the start of it on the rail", () => {
    const count = (): number => 20;
    expect(
      newestTurn(types, { node: "guide", port: "prediction", side: "outside" }, count),
    ).toEqual([19]);
    expect(newestTurn(types, { node: "denoise", port: "latent", side: "outside" }, count)).toEqual(
      [],
    );
    expect(newestTurn(types, { node: "denoise", port: "latent", side: "inside" }, count)).toEqual([
      18,
    ]);
    expect(newestTurn(types, { node: "denoise", port: "item", side: "inside" }, count)).toBeNull();
  });

  it("offers the guidance scale first to a branch, and nothing that the loop itself carries", () => {
    const found = candidatesIn(types, "denoise").map(({ node, port }) => `${node}.${port}`);
    expect(found[0]).toBe("guide.scale");
    expect(found).toContain("predict.conditioning");
    expect(found).not.toContain("predict.latent");
    expect(found).not.toContain("model.model");
  });
});

it("the seeds of a graph are those of its nodes, in definitions too", () => {
  expect(seedsOf(stock("txt2img.json"))).toEqual([["noise.seed", 8]]);
});

describe("zooming into a picture", () => {
  it("leaves the point under the pointer where it is", () => {
    const at = { x: 120, y: -40 };
    const before = { zoom: 2, x: 30, y: 10 };
    const after = zoomed(before, 6, at);
    const point = ({ zoom, x, y }: typeof before): readonly number[] => [
      (at.x - x) / zoom,
      (at.y - y) / zoom,
    ];
    expect(point(after)[0]).toBeCloseTo(point(before)[0] ?? 0);
    expect(point(after)[1]).toBeCloseTo(point(before)[1] ?? 0);
  });

  it("never shrinks below fitting, and then stands in the middle", () => {
    expect(zoomed({ zoom: 2, x: 30, y: 10 }, 0.2, { x: 5, y: 5 })).toEqual({ zoom: 1, x: 0, y: 0 });
  });
});
