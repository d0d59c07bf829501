/** The types of the API are those of the server that runs here. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { typesFrom } from "../../../scripts/api-schema.mjs";

const KEPT = join(import.meta.dirname, "../../../src/api/schema.ts");

test("src/api/schema.ts is what `npm run api-types` would write now", async () => {
  const answer = await fetch(`${inject("url")}/api/openapi.json`);
  expect(answer.status).toBe(200);
  expect(readFileSync(KEPT, "utf8")).toBe(await typesFrom(await answer.json()));
});
