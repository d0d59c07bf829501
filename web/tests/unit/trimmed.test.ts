import { expect, it } from "vitest";
import { trimmed } from "../../src/canvas/trimmed.ts";

it("leaves both ends of a wire out and keeps its middle", () => {
  expect(trimmed("M0,0 C50,0 110,0 160,0")).toMatch(/^M \d+\.\d,0\.0 C .* 1[34]\d\.\d,0\.0$/);
});

it("leaves out the ends of a bent wire, not its bends", () => {
  const made = trimmed("M 0 0 C 40 0 60 0 100 0 M 100 0 C 140 0 160 0 200 0 ");
  expect(made).toContain("100.0,0.0 M 100.0,0.0");
  expect(made).not.toContain("M 0.0,0.0");
  expect(made.endsWith("200.0,0.0")).toBe(false);
});

it("a wire of no length is still one", () => {
  expect(trimmed("M5,5 C5,5 5,5 5,5")).toBe("M 5.0,5.0 C 5.0,5.0 5.0,5.0 5.0,5.0");
});
