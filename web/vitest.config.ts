import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/unit/**/*.test.ts", "tests/unit/**/*.test.tsx"],
    environment: "node",
    isolate: true,
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
