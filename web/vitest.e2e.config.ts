import { defineConfig } from "vitest/config";

/** The scenarios in a real browser. `E2E=quick` runs those that `make test` has time for. */
const quick = process.env.E2E === "quick";

export default defineConfig({
  test: {
    include: [quick ? "tests/e2e/quick/*.e2e.ts" : "tests/e2e/**/*.e2e.ts"],
    globalSetup: ["tests/e2e/serving.ts"],
    environment: "node",
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 240_000,
    hookTimeout: 90_000,
  },
});
