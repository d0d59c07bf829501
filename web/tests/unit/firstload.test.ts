/** What the page loads before its first sight: small, and nothing that is only wanted later. */

import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import type { Rolldown } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** Bytes as they go over the line. */
const MOST = 200_000;
/** Beside what is said here, a part belongs here once somebody made it load late. */
const LATE = [
  /node_modules\/radix-ui/,
  /texts\/(de|zh|mask\.\w+)\.json$/,
  /src\/graph\/(validate|search|pngMeta)\.ts$/,
  /src\/graph\/check\//,
  /src\/graph\/commands\/(branching|expanding|faces|folding|sampler)\.ts$/,
  /src\/palette\/(Palette|WireDialog|Library)\.tsx$/,
  /src\/panels\/(Inspector|Outline|Problems|Queue|Models|Log|TextView|Templates)\.tsx$/,
  /src\/mask\//,
  /src\/canvas\/(FarLayer|Menu|Minimap|Sight)\.tsx$/,
  /Dialog\.tsx$/,
];

let first: readonly Rolldown.OutputChunk[] = [];

beforeAll(async () => {
  // As `npm run build` does: under the test's own name React would come with its warnings.
  vi.stubEnv("NODE_ENV", "production");
  const made = await build({ root: ROOT, logLevel: "silent", build: { write: false } });
  vi.unstubAllEnvs();
  const { output } = made as Rolldown.RolldownOutput;
  const chunks = new Map(
    output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one]] : [])),
  );
  const page = output.find(({ fileName }) => fileName === "index.html");
  const html = page?.type === "asset" ? String(page.source) : "";
  const names = new Set(
    [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, name = ""]) => name),
  );
  for (const name of names) for (const more of chunks.get(name)?.imports ?? []) names.add(more);
  first = [...names].flatMap((name) => chunks.get(name) ?? []);
}, 120_000);

describe("the first load", () => {
  it(`is at most ${MOST / 1000} kB of code, packed`, () => {
    const bytes = first.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
    expect(bytes).toBeGreaterThan(MOST / 4); // all of it was found
    expect(bytes).toBeLessThanOrEqual(MOST);
  });

  it("holds nothing that loads late", () => {
    const modules = first.flatMap(({ moduleIds }) => moduleIds);
    expect(modules.some((id) => id.endsWith("/src/canvas/Canvas.tsx"))).toBe(true);
    expect(modules.filter((id) => LATE.some((late) => late.test(id)))).toEqual([]);
  });
});
