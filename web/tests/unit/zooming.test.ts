import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Flow } from "../../src/canvas/flow.ts";
import { Kept } from "../../src/canvas/kept.ts";
import type { Shown } from "../../src/canvas/kept.ts";
import { Zooming } from "../../src/canvas/zooming.ts";
import { geometryOf } from "../../src/graph/geometry.ts";
import { objectOf } from "../../src/graph/json.ts";
import { makeNode } from "../../src/graph/model.ts";
import type { Graph } from "../../src/graph/model.ts";
import { typesOf } from "../../src/graph/porttypes.ts";
import { withPositions } from "../../src/graph/view.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const EMPTY = stock("txt2img.json");

/** `columns` × `rows` numbers, one in each 300 × 200 of the canvas. */
function field(columns: number, rows: number): Graph {
  const ids = Array.from({ length: columns * rows }, (_, at) => `n${at}`);
  const nodes = new Map(ids.map((id) => [id, makeNode({ type: "Number" })]));
  const places = ids.map(
    (id, at) => [id, { x: (at % columns) * 300, y: Math.floor(at / columns) * 200 }] as const,
  );
  return withPositions({ ...EMPTY, nodes, view: objectOf([]) }, places);
}

function shown(graph: Graph): Shown {
  return { geometry: geometryOf(typesOf(graph, BUILTIN)), wires: [], selection: new Set() };
}

/** A view of 900 × 600 pixels from the graph's corner, and a hand that zooms it. */
function hand(graph: Graph, zoom: number) {
  const view = { transform: [0, 0, zoom] as [number, number, number], width: 900, height: 600 };
  const told: (readonly string[] | null)[] = [];
  const zooming = new Zooming(
    shown(graph),
    () => view,
    (kept: Kept | null) => told.push(kept && [...kept.cards]),
  );
  const turn = (to: number): void => {
    zooming.wheel({ x: 10, y: 10 });
    view.transform = [0, 0, to];
    zooming.follow();
  };
  return { zooming, told, turn };
}

describe("while the hand zooms", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal("requestAnimationFrame", (work: () => void) => setTimeout(work, 16));
    vi.stubGlobal("cancelAnimationFrame", (id: number) => clearTimeout(id));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("what was in view stays mounted, and nothing is mounted with a turn", () => {
    const { told, turn } = hand(field(20, 20), 1);
    for (const zoom of [0.9, 0.8, 0.7, 0.6, 0.5]) turn(zoom);
    expect(told).toHaveLength(1);
    // 900 × 600 pixels at zoom 1: three columns of three.
    expect(told[0]).toHaveLength(9);
    expect(told[0]).toContain("n42");
    expect(told[0]).not.toContain("n3");
  });

  it("all in view is mounted soon after, some with each frame, the nearest to the pointer first", () => {
    const { told, turn } = hand(field(20, 20), 1);
    turn(0.5);
    vi.advanceTimersByTime(120);
    const [first = [], then = []] = told;
    const came = then?.filter((id) => !first?.includes(id)) ?? [];
    expect(came.length).toBeGreaterThan(0);
    expect(came.length).toBeLessThanOrEqual(8);
    expect(came).toContain("n3"); // beside what was in view, in the pointer's row
    expect(came).not.toContain("n105"); // in view, at the far corner
    vi.advanceTimersByTime(16 * 30);
    expect(told.at(-1)).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a turn while they come holds the rest back again", () => {
    const { told, turn } = hand(field(20, 20), 1);
    turn(0.5);
    vi.advanceTimersByTime(120);
    const many = told.at(-1)?.length;
    turn(0.48);
    vi.advanceTimersByTime(60);
    expect(told.at(-1)).toHaveLength(many ?? 0);
    vi.advanceTimersByTime(1000);
    expect(told.at(-1)).toBeNull();
  });

  it("a press mounts all at once", () => {
    const { zooming, told, turn } = hand(field(20, 20), 1);
    turn(0.5);
    zooming.press();
    expect(told.at(-1)).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("nothing is held back from a drag", () => {
    const { zooming, told, turn } = hand(field(20, 20), 1);
    zooming.press();
    turn(0.5);
    expect(told).toEqual([]);
    zooming.release();
    turn(0.45);
    expect(told).toHaveLength(1);
  });

  it("from afar the cards come once the hand rests", () => {
    const { told, turn } = hand(field(20, 20), 0.3);
    turn(0.35);
    expect(told).toEqual([]);
    turn(0.42);
    expect(told).toEqual([[]]);
    vi.advanceTimersByTime(1500);
    expect(told.at(-2)?.length).toBeGreaterThan(9);
    expect(told.at(-1)).toBeNull();
  });

  it("afar the cards are let go when the hand does not come back", () => {
    const { told, turn } = hand(field(20, 20), 0.5);
    turn(0.35);
    vi.advanceTimersByTime(500);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toBeNull();
  });

  it("into the distance and back no card is made and none is lost", () => {
    const { told, turn } = hand(field(20, 20), 0.5);
    for (const zoom of [0.45, 0.38, 0.35, 0.38, 0.45, 0.5]) turn(zoom);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(120);
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toBeNull();
  });
});

describe("what is mounted", () => {
  const graph = stock("txt2img.json");
  const geometry = geometryOf(typesOf(graph, BUILTIN));
  const flow = new Flow();
  const cards = flow.nodes(geometry, new Set());
  const wires = flow.wires(geometry);
  const keep = (tops: ReadonlySet<string>, selection = new Set<string>()): Kept =>
    new Kept({ geometry, wires, selection }, tops, new Set(), true);

  it("is a loop with all that stands in it, and the far ends of its wires unseen", () => {
    const kept = keep(new Set(["denoise"]));
    expect(kept.cards).toContain("predict");
    expect(kept.cards).not.toContain("decode");
    const part = kept.part(cards);
    expect(part.find(({ id }) => id === "decode")?.hidden).toBe(true);
    expect(part.find(({ id }) => id === "predict")).toBe(cards.find(({ id }) => id === "predict"));
    expect(part.map(({ id }) => id)).not.toContain("save");
  });

  it("has every wire of its cards, whichever end is in view", () => {
    const kept = keep(new Set(["decode"]));
    const own = wires.filter(({ source, target }) => source === "decode" || target === "decode");
    expect(own.length).toBeGreaterThan(1);
    expect(own.every(({ id }) => kept.hasWire(id))).toBe(true);
    const given = new Set(kept.part(cards).map(({ id }) => id));
    for (const { source, target } of own) expect(given.has(source) && given.has(target)).toBe(true);
  });

  it("has the wires that crossed the view, whose ends are both out of it", () => {
    const [wire] = wires.filter(({ source, target }) => source !== "decode" && target !== "decode");
    const id = wire?.id ?? "";
    const kept = new Kept(
      { geometry, wires, selection: new Set() },
      new Set(),
      new Set([id]),
      true,
    );
    expect(kept.edges).toEqual([wire]);
    const ends = kept.part(cards).map((card) => card.id);
    expect(ends).toEqual(expect.arrayContaining([wire?.source, wire?.target]));
    expect(kept.cards.size).toBe(0);
  });

  it("has loops before what stands in them, as xyflow wants it", () => {
    const kept = keep(new Set(["decode", "positive"]));
    const part = kept.part(cards);
    const order = part.map(({ id }) => id);
    for (const { id, parentId } of part) {
      if (parentId === undefined) continue;
      expect(order).toContain(parentId);
      expect(order.indexOf(parentId)).toBeLessThan(order.indexOf(id));
    }
  });

  it("is told of all that is selected, so that the frame around it stays", () => {
    const part = keep(new Set(["decode"]), new Set(["positive", "move"])).part(cards);
    const found = part.filter(({ id }) => id === "positive" || id === "move");
    expect(found.map(({ hidden }) => hidden)).toEqual([true, true]);
  });

  it("gives the same unseen cards again, so that xyflow looks at none anew", () => {
    const part = (): readonly unknown[] => keep(new Set(["decode"])).part(cards);
    const [before, after] = [part(), part()];
    expect(before.every((card, at) => card === after[at])).toBe(true);
  });
});

it("a graph whose wires did not change has the same list of them", () => {
  const flow = new Flow();
  const graph = stock("txt2img.json");
  const wires = flow.wires(geometryOf(typesOf(graph, BUILTIN)));
  const moved = withPositions(graph, [["decode", { x: 5, y: 5 }]]);
  expect(flow.wires(geometryOf(typesOf(moved, BUILTIN)))).toBe(wires);
  expect(wires.length).toBeGreaterThan(5);
});
