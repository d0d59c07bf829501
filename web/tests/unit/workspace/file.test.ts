import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freeName, isName, nameFrom } from "../../../src/workspace/file.ts";

/** The server's own rule (server/library/graphs.py). */
const SERVER = /^[a-z0-9][a-z0-9_-]{0,63}$/;

describe("names of files", () => {
  it.each([
    ["Red circle, blue", "red-circle-blue"],
    ["Größe & Maß", "grosse-mass"],
    ["  __init__ ", "init__"],
    ["图像", "graph"],
    ["", "graph"],
  ])("makes %j into %j", (title, name) => expect(nameFrom(title)).toBe(name));

  it("makes only names that the server takes, and keeps those", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (title) => {
        const name = nameFrom(title);
        expect(name).toMatch(SERVER);
        expect(isName(name)).toBe(true);
        expect(nameFrom(name)).toBe(name);
      }),
    );
  });

  it("finds a free name, however long the taken one is", () => {
    expect(freeName("circle", new Set(["circle", "circle-2"]))).toBe("circle-3");
    const long = "a".repeat(64);
    const free = freeName(long, new Set([long]));
    expect(free).toMatch(SERVER);
    expect(free).not.toBe(long);
  });
});
