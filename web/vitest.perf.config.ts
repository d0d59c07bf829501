import { defineConfig } from "vitest/config";

/** The editor's speed beside a LiteGraph page, in one run: `make bench-web`. Prints; asserts no times. */
export default defineConfig({
  test: {
    include: ["tests/perf/*.perf.ts"],
    globalSetup: ["tests/e2e/serving.ts"],
    environment: "node",
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
