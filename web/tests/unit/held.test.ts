// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setParam } from "../../src/graph/commands/nodes.ts";
import { createNodeStates } from "../../src/state/nodestates.ts";
import { createRuns } from "../../src/state/runs.ts";
import type { RunsStore } from "../../src/state/runs.ts";
import { stock } from "./fixtures.ts";

interface Sent {
  readonly key: string | undefined;
  readonly scale: unknown;
}

/** A server that makes one run of each key, as the real one does. */
let answers: "all" | "none" | "lost" | "starting" | "refuses";
const sent: Sent[] = [];
const made = new Map<string, string>();
let runs: RunsStore;
const graph = stock("txt2img.json");
const changed = setParam(graph, "guide", "scale", 6);

function serve(path: string, init: RequestInit = {}): Promise<Response> {
  const reply = (body: object, status = 200): Promise<Response> =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));
  if (answers === "none") return Promise.reject(new TypeError("no server"));
  if (init.method !== "POST") return reply({ id: path.split("/").at(-1), status: "queued" });
  if (answers === "starting") return reply({ error: { code: "starting", message: "Soon." } }, 503);
  const { graph: asked } = JSON.parse(init.body as string) as {
    graph: { nodes: { denoise: { body: { guide: { params: { scale: unknown } } } } } };
  };
  const key = (init.headers as Record<string, string>)["Idempotency-Key"] ?? "";
  sent.push({ key, scale: asked.nodes.denoise.body.guide.params.scale });
  if (answers === "refuses") return reply({ error: { code: "bad", message: "No." } }, 422);
  if (!made.has(key)) made.set(key, `run-${made.size}`);
  if (answers === "lost") return Promise.reject(new TypeError("the line broke"));
  return reply({ runs: [{ id: made.get(key) }] });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", serve);
  answers = "none";
  sent.length = 0;
  made.clear();
  runs = createRuns(createNodeStates());
});

afterEach(() => {
  runs.setState({ held: [] });
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a run that is asked for while the server is away", () => {
  it("is held, and sent once when it is back: the graph as it was then", async () => {
    await runs.getState().submit(graph);
    await runs.getState().submit(changed);
    expect(runs.getState()).toMatchObject({ refused: "", submitting: false, open: [] });
    expect(runs.getState().held).toHaveLength(2);
    answers = "all";
    await Promise.all([runs.getState().refresh(), runs.getState().refresh()]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.map(({ scale }) => scale)).toEqual([4, 6]);
    expect(runs.getState()).toMatchObject({ held: [], open: ["run-0", "run-1"], watched: "run-0" });
  });

  it("goes by itself where nothing says that the server is back, or that it is ready", async () => {
    await runs.getState().submit(graph);
    answers = "starting";
    await runs.getState().refresh();
    expect(runs.getState().held).toHaveLength(1);
    answers = "all";
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs.getState()).toMatchObject({ held: [], open: ["run-0"] });
  });

  it("is made once, even where only the answer was lost", async () => {
    answers = "lost";
    await runs.getState().submit(graph);
    answers = "all";
    await runs.getState().refresh();
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect(runs.getState().open).toEqual(["run-0"]);
  });

  it("can be called off", async () => {
    await runs.getState().submit(graph);
    await runs.getState().cancel();
    answers = "all";
    await runs.getState().refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
  });

  it("says so where the server refuses it then", async () => {
    await runs.getState().submit(graph);
    answers = "refuses";
    await runs.getState().refresh();
    expect(runs.getState()).toMatchObject({ refused: "No.", held: [] });
  });
});

it("what was said of a server that is away is over when it is back", async () => {
  runs.setState({ open: ["run-9"], watched: "run-9" });
  await runs.getState().cancel();
  expect(runs.getState().refused).toMatch(/cannot be reached/);
  answers = "all";
  await runs.getState().refresh();
  expect(runs.getState().refused).toBe("");
});
