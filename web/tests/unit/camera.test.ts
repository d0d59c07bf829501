// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { named } from "../../src/results/ending.ts";
import { keepCamera, keptCamera } from "../../src/state/camera.ts";

beforeEach(() => sessionStorage.clear());

describe("where a graph is looked at", () => {
  it("is kept for each open file, and each graph in it", () => {
    keepCamera("a", "", { x: 1, y: 2, zoom: 0.5 });
    keepCamera("a", "sampler", { x: 3, y: 4, zoom: 2 });
    keepCamera("b", "", { x: -5, y: 0, zoom: 1 });
    keepCamera("a", "", { x: 9, y: 2, zoom: 0.5 });
    expect(keptCamera("a", "")).toEqual({ x: 9, y: 2, zoom: 0.5 });
    expect(keptCamera("a", "sampler")).toEqual({ x: 3, y: 4, zoom: 2 });
    expect(keptCamera("b", "sampler")).toBeNull();
  });

  it("is let go where many were looked at since, and where what is kept makes no sense", () => {
    keepCamera("first", "", { x: 0, y: 0, zoom: 1 });
    for (let tab = 0; tab < 100; tab++) keepCamera(`${tab}`, "", { x: tab, y: 0, zoom: 1 });
    expect(keptCamera("first", "")).toBeNull();
    expect(keptCamera("99", "")).toEqual({ x: 99, y: 0, zoom: 1 });
    for (const odd of ["{", "3", '[["a ",{"x":1}],["b ",null],[5]]']) {
      sessionStorage.setItem("latentgraph.cameras", odd);
      expect(keptCamera("a", "")).toBeNull();
    }
  });

  it("does without a storage that is forbidden", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("no", "SecurityError");
    });
    expect(() => keepCamera("a", "", { x: 0, y: 0, zoom: 1 })).not.toThrow();
    vi.restoreAllMocks();
  });
});

describe("a downloaded picture", () => {
  it("ends as its type says, once", () => {
    expect(named("lighthouse", "image/webp")).toBe("lighthouse.webp");
    expect(named("lighthouse 8.jpg", "image/jpeg")).toBe("lighthouse 8.jpg");
    expect(named("v1.5 cat.png", "image/webp")).toBe("v1.5 cat.webp");
  });
});
