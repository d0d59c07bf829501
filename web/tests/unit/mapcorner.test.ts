import { describe, expect, it } from "vitest";
import { MAP, isInTheWay } from "../../src/canvas/mapcorner.ts";

const VIEW = { width: 1200, height: 600 };
const ORIGIN = { x: 0, y: 0, width: 100, height: 100 };
const CORNER = { x: 1200 - MAP.width, y: 600 - MAP.height, width: 60, height: 60 };

describe("the map", () => {
  it("is in the way where all is seen and it hides some of it", () => {
    expect(isInTheWay([ORIGIN, CORNER], [0, 0, 1], VIEW)).toBe(true);
  });

  it("is not where its corner is free", () => {
    expect(isInTheWay([ORIGIN, { ...CORNER, x: 800 }], [0, 0, 1], VIEW)).toBe(false);
    expect(isInTheWay([ORIGIN, { ...CORNER, y: 300 }], [0, 0, 1], VIEW)).toBe(false);
    expect(isInTheWay([ORIGIN, CORNER], [0, 0, 0.5], VIEW)).toBe(false);
  });

  it("is not where something lies out of view, which it leads to", () => {
    const beyond = { x: 3000, y: 0, width: 100, height: 100 };
    expect(isInTheWay([ORIGIN, CORNER, beyond], [0, 0, 1], VIEW)).toBe(false);
    expect(isInTheWay([ORIGIN, CORNER], [-101, 0, 1], VIEW)).toBe(false);
  });

  it("is nowhere in an empty graph", () => {
    expect(isInTheWay([], [0, 0, 1], VIEW)).toBe(false);
  });
});
