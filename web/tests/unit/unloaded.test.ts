/** A node whose pack could not be loaded says so, instead of a name that is near. */

import { expect, it } from "vitest";
import { validate } from "../../src/graph/validate.ts";
import { SMALL, graphOf } from "./fixtures.ts";

const packs = [{ name: "user", module: "own", digest: "", error: "typo.py, line 1: NameError: x" }];

it("names the file that failed", () => {
  const graph = graphOf({ a: { type: "user:Ad" }, b: { type: "Ad" } });
  const found = validate(graph, { ...SMALL, packs });
  const fixes = new Map(found.map(({ path, fix }) => [path, fix]));
  expect(fixes.get("a")).toContain("'user' could not be loaded: typo.py, line 1: NameError: x.");
  expect(fixes.get("b")).toContain("Did you mean 'Add'?");
  expect(validate(graph, SMALL).find(({ path }) => path === "a")?.fix).not.toContain("loaded");
});
