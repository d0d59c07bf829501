import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Painting } from "../../../src/mask/painting.ts";
import type { Deed } from "../../../src/mask/painting.ts";
import { areaOf, drawLine, resampled, share } from "../../../src/mask/pixels.ts";

const SIZE = { width: 40, height: 30 };
const HARD = { erase: false, soft: 0 };
const at = (values: Uint8Array, x: number, y: number): number =>
  values[y * SIZE.width + x] ?? Number.NaN;

/** Compared as bytes: matchers look at a hundred thousand numbers one by one. */
const same = (one: Uint8Array, other: Uint8Array | undefined): boolean =>
  other !== undefined && Buffer.compare(one, other) === 0;

/** A stroke as the hand makes it: begun, drawn on, ended. */
function stroke(
  painting: Painting,
  points: readonly (readonly [number, number])[],
  radius = 4,
  brush = HARD,
): void {
  points.forEach(([x, y], n) => {
    if (n === 0) painting.begin(brush, { x, y, radius });
    else painting.extend({ x, y, radius });
  });
  painting.end();
}

describe("the brush", () => {
  it("paints a disc: whole inside, nothing outside, an edge of a pixel between", () => {
    const values = new Uint8Array(SIZE.width * SIZE.height);
    const dab = { x: 20, y: 15, radius: 6 };
    drawLine(values, SIZE, dab, dab, HARD);
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++) {
        const away = Math.hypot(x + 0.5 - 20, y + 0.5 - 15);
        if (away <= 5.4) expect(at(values, x, y), `${x},${y}`).toBe(255);
        if (away >= 6.6) expect(at(values, x, y), `${x},${y}`).toBe(0);
      }
    }
    const area = share(values) * values.length;
    expect(area).toBeGreaterThan(Math.PI * 36 * 0.97);
    expect(area).toBeLessThan(Math.PI * 36 * 1.03);
  });

  it("fades out over the soft part, never brighter outwards", () => {
    const values = new Uint8Array(SIZE.width * SIZE.height);
    const dab = { x: 20.5, y: 15.5, radius: 12 };
    drawLine(values, SIZE, dab, dab, { erase: false, soft: 0.75 });
    const row = Array.from({ length: 14 }, (_, by) => at(values, 20 + by, 15));
    expect(row.slice(0, 3)).toEqual([255, 255, 255]);
    expect(row.at(-1)).toBe(0);
    expect([...row].sort((a, b) => b - a)).toEqual(row);
    expect(row.filter((value) => value > 0 && value < 255).length).toBeGreaterThan(6);
  });

  it("tells just what it touched, clipped to the picture", () => {
    const values = new Uint8Array(SIZE.width * SIZE.height);
    const box = drawLine(
      values,
      SIZE,
      { x: -10, y: 3, radius: 2 },
      { x: 5, y: 3, radius: 2 },
      HARD,
    );
    expect(box).toEqual({ left: 0, top: 0, right: 8, bottom: 6 });
    values.forEach((value, n) => {
      const [x, y] = [n % SIZE.width, Math.floor(n / SIZE.width)];
      if (x >= box.right || y >= box.bottom) expect(value).toBe(0);
    });
    const beyond = { x: 400, y: 3, radius: 2 };
    expect(areaOf(drawLine(values, SIZE, beyond, beyond, HARD))).toBe(0);
  });

  it("grows and narrows along the way, as a pen is pressed", () => {
    const values = new Uint8Array(SIZE.width * SIZE.height);
    drawLine(values, SIZE, { x: 5, y: 15, radius: 1 }, { x: 35, y: 15, radius: 10 }, HARD);
    const high = (x: number): number =>
      Array.from({ length: SIZE.height }, (_, y) => at(values, x, y)).filter(Boolean).length;
    expect(high(8)).toBeLessThan(high(20));
    expect(high(20)).toBeLessThan(high(33));
  });
});

describe("a painting", () => {
  it("does not build up where a soft stroke crosses itself", () => {
    const soft = { erase: false, soft: 1 };
    const once = new Painting(SIZE);
    stroke(once, [[10, 15], [30, 15]], 6, soft); // prettier-ignore
    const often = new Painting(SIZE);
    stroke(often, [[10, 15], [30, 15], [10, 15], [30, 15]], 6, soft); // prettier-ignore
    expect(often.values).toEqual(once.values);
  });

  it("erases what was painted, and what was there before", () => {
    const painting = new Painting(SIZE, new Uint8Array(SIZE.width * SIZE.height).fill(255));
    stroke(painting, [[20, 15]], 5, { erase: true, soft: 0 });
    expect(at(painting.values, 20, 15)).toBe(0);
    expect(at(painting.values, 1, 1)).toBe(255);
  });

  it("takes a stroke back that a second finger shows to be none", () => {
    const painting = new Painting(SIZE);
    stroke(painting, [[5, 5]]);
    const before = painting.values.slice();
    painting.begin(HARD, { x: 20, y: 20, radius: 5 });
    painting.extend({ x: 30, y: 20, radius: 5 });
    painting.abandon();
    expect(painting.values).toEqual(before);
    painting.undo();
    expect(share(painting.values)).toBe(0);
    expect(painting.canUndo).toBe(false);
  });

  it("forgets what was undone once something new is done", () => {
    const painting = new Painting(SIZE);
    painting.act({ kind: "fill" });
    painting.undo();
    stroke(painting, [[5, 5]]);
    expect(painting.redo()).toBe(false);
  });

  it("refuses a beginning of another size", () => {
    expect(() => new Painting(SIZE, new Uint8Array(3))).toThrow("40 x 30");
  });

  it("keeps its strokes and its history in a picture of another size", () => {
    const painting = new Painting(SIZE);
    stroke(painting, [[10, 10]], 4);
    stroke(painting, [[30, 20]], 4);
    painting.undo();
    const large = painting.resized({ width: 80, height: 60 });
    const there = (x: number, y: number): number => large.values[y * 80 + x] ?? Number.NaN;
    expect([there(20, 20), there(26, 20), there(40, 40)]).toEqual([255, 255, 0]);
    large.redo();
    expect(there(60, 40)).toBe(255);
    large.undo();
    large.undo();
    expect(share(large.values)).toBe(0);
  });
});

const deeds = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("stroke" as const),
      brush: fc.record({ erase: fc.boolean(), soft: fc.double({ min: 0, max: 1, noNaN: true }) }),
      dabs: fc.array(
        fc.record({
          x: fc.double({ min: -20, max: 120, noNaN: true }),
          y: fc.double({ min: -20, max: 120, noNaN: true }),
          radius: fc.double({ min: 0.5, max: 60, noNaN: true }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    fc.constantFrom<Deed>(
      { kind: "clear" },
      { kind: "fill" },
      { kind: "invert" },
      { kind: "box", erase: false, box: { left: 3, top: 2, right: 70, bottom: 9 } },
      { kind: "box", erase: true, box: { left: 30, top: -5, right: 200, bottom: 40 } },
    ),
  ),
  { minLength: 1, maxLength: 12 },
);

describe("the history", () => {
  it("goes back through every state and forth again, whatever was done", () => {
    const size = { width: 100, height: 80 };
    fc.assert(
      fc.property(deeds, (all) => {
        const painting = new Painting(size);
        const states = [painting.values.slice()];
        for (const deed of all) {
          painting.act(deed);
          states.push(painting.values.slice());
        }
        for (let n = all.length - 1; n >= 0; n--) {
          expect(painting.undo()).toBe(true);
          expect(same(painting.values, states[n])).toBe(true);
        }
        expect(painting.undo()).toBe(false);
        for (let n = 1; n <= all.length; n++) {
          expect(painting.redo()).toBe(true);
          expect(same(painting.values, states[n])).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is as exact over the pixels that are kept on the way", () => {
    const size = { width: 1500, height: 1000 };
    const painting = new Painting(size);
    const states: number[] = [];
    for (let n = 0; n < 12; n++) {
      states.push(share(painting.values));
      if (n % 5 === 4) painting.act({ kind: "invert" });
      const dab = { x: 120 * n, y: 500, radius: 400 };
      painting.act({ kind: "stroke", brush: { erase: n % 3 === 2, soft: 0.5 }, dabs: [dab] });
      if (n % 5 === 4) states.push(Number.NaN);
    }
    while (states.length > 0) {
      const wanted = states.pop() ?? 0;
      painting.undo();
      if (!Number.isNaN(wanted)) expect(share(painting.values)).toBeCloseTo(wanted, 12);
    }
  });
});

describe("another size", () => {
  it("keeps a mask as it is where it is the same", () => {
    const mask = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    const size = { width: 3, height: 2 };
    const same = resampled(mask, size, size);
    expect(same).toEqual(mask);
    expect(same).not.toBe(mask);
  });

  it("goes over from one pixel to the next", () => {
    const made = resampled(
      Uint8Array.from([0, 255]),
      { width: 2, height: 1 },
      { width: 4, height: 2 },
    );
    expect([...made]).toEqual([0, 64, 191, 255, 0, 64, 191, 255]);
  });
});
