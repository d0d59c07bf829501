import { describe, expect, it } from "vitest";
import {
  NEAREST,
  fitted,
  kept,
  panned,
  pinched,
  toPicture,
  toStage,
  zoomed,
} from "../../../src/mask/view.ts";

const PICTURE = { width: 512, height: 768 };
const STAGE = { width: 1000, height: 600 };

describe("a picture on the stage", () => {
  it("fits as a whole, in the middle", () => {
    const view = fitted(PICTURE, STAGE);
    const corner = toStage(view, { x: 0, y: 0 });
    const end = toStage(view, { x: 512, y: 768 });
    expect(corner.y).toBeGreaterThan(0);
    expect(end.y).toBeLessThan(STAGE.height);
    expect(corner.x + end.x).toBeCloseTo(STAGE.width);
    expect(corner.y + end.y).toBeCloseTo(STAGE.height);
  });

  it("is not blown up beyond recognition where it is small", () => {
    expect(fitted({ width: 10, height: 10 }, STAGE).zoom).toBe(4);
  });

  it("gives each point of the screen the point of the picture under it, and back", () => {
    const view = { zoom: 2.5, x: -40, y: 17 };
    expect(toPicture(view, { x: 60, y: 42 })).toEqual({ x: 40, y: 10 });
    expect(toPicture(view, toStage(view, { x: 3, y: 700 }))).toEqual({ x: 3, y: 700 });
  });

  it("zooms about the pointer, within limits", () => {
    const view = fitted(PICTURE, STAGE);
    const at = { x: 420, y: 333 };
    const under = toPicture(view, at);
    const near = zoomed(view, 3, at, 0.1);
    expect(near.zoom).toBeCloseTo(view.zoom * 3);
    expect(toPicture(near, at).x).toBeCloseTo(under.x);
    expect(toPicture(near, at).y).toBeCloseTo(under.y);
    expect(zoomed(view, 1e6, at, 0.1).zoom).toBe(NEAREST);
    expect(zoomed(view, 1e-6, at, 0.1).zoom).toBe(0.1);
  });

  it("goes with two fingers: what was under each is under it still", () => {
    const view = { zoom: 1, x: 0, y: 0 };
    const from = [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ] as const;
    const to = [
      { x: 150, y: 300 },
      { x: 350, y: 300 },
    ] as const;
    const after = pinched(view, from, to, 0.1);
    expect(toPicture(after, to[0])).toEqual(from[0]);
    expect(toPicture(after, to[1])).toEqual(from[1]);
  });

  it("cannot be lost beyond an edge", () => {
    const lost = kept(panned(fitted(PICTURE, STAGE), 9000, -9000), PICTURE, STAGE);
    const corner = toStage(lost, { x: 0, y: 0 });
    const end = toStage(lost, { x: 512, y: 768 });
    expect(corner.x).toBeLessThan(STAGE.width);
    expect(end.y).toBeGreaterThan(0);
  });
});
