import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, nearestAllowed } from "../../src/graph/arithmetic.ts";
import { makePlain } from "../../src/graph/plain.ts";
import type { Limits } from "../../src/graph/plain.ts";

const NO_LIMITS: Limits = {
  ge: null,
  gt: null,
  le: null,
  lt: null,
  multiple_of: null,
  min_length: null,
  max_length: null,
};

describe("arithmetic in number fields", () => {
  it.each([
    ["2*512+8", 1032],
    [" 7 ", 7],
    ["-3", -3],
    ["1/3", 0.333333333333333],
    ["0.1+0.2", 0.3],
    ["2^3^2", 512],
    ["-2**2", -4],
    ["(1+2)*3", 9],
    ["7 % 4", 3],
    ["1e3", 1000],
    [".5", 0.5],
    ["0,5", 0.5],
    ["2--3", 5],
    ["-0", 0],
  ])("%s is %d", (text, value) => {
    expect(evaluate(text)).toBe(value);
    expect(Object.is(evaluate(text), -0)).toBe(false);
  });

  it.each([
    "",
    " ",
    "a",
    "2+",
    "(1",
    "1)",
    "1 2",
    "1/0",
    "2**9999",
    "1;2",
    "alert(1)",
    "+",
    "0x10",
  ])("'%s' is none", (text) => {
    expect(evaluate(text)).toBeNull();
  });

  it("changes what is there", () => {
    expect(evaluate("*=2", 512)).toBe(1024);
    expect(evaluate("-= 3+1", -10)).toBe(-14);
    expect(evaluate("/=2", -8)).toBe(-4);
  });

  it("agrees with the language itself", () => {
    const number = fc.integer({ min: 0, max: 99 });
    const sign = fc.constantFrom("+", "-", "*");
    fc.assert(
      fc.property(number, fc.array(fc.tuple(sign, number), { maxLength: 6 }), (start, rest) => {
        const text = String(start) + rest.map(([op, value]) => `${op}${value}`).join("");
        const oracle = Function(`return ${text}`) as () => number; // eslint-disable-line @typescript-eslint/no-implied-eval
        expect(evaluate(text)).toBe(Number(oracle().toPrecision(15)) + 0);
      }),
    );
  });
});

describe("the nearest allowed value", () => {
  it("keeps to limits and steps", () => {
    const width = makePlain({
      kind: "int",
      limits: { ...NO_LIMITS, ge: 16, le: 100, multiple_of: 8 },
    });
    expect([3, 17, 21, 1000, 99.6].map((value) => nearestAllowed(width, value))).toEqual([
      16, 16, 24, 96, 96,
    ]);
    const open = makePlain({ kind: "int", limits: { ...NO_LIMITS, gt: 0, lt: 9 } });
    expect([-4, 4.4, 20].map((value) => nearestAllowed(open, value))).toEqual([1, 4, 8]);
    const fraction = makePlain({
      kind: "float",
      limits: { ...NO_LIMITS, ge: 0, le: 1, multiple_of: 0.1 },
    });
    expect(nearestAllowed(fraction, 0.34)).toBe(0.3);
  });
});
