// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Editor } from "../../src/state/editor.ts";
import { toggleMode } from "../../src/graph/commands/nodes.ts";
import { Muting } from "../../src/graph/muted.ts";
import { openEditor } from "../../src/state/opening.ts";
import { setLists } from "../../src/state/lists.ts";
import { BUILTIN, graphOf, stock } from "./fixtures.ts";

const STEP = { type: "Step", inputs: { value: "start.value" } };

describe("what a muted node takes with it", () => {
  it("is all that needs it, with its name", () => {
    const graph = graphOf(
      {
        start: { type: "Start" },
        first: { ...STEP, mode: "mute" },
        second: { type: "Step", inputs: { value: "first.value" } },
        many: { type: "Join", inputs: { parts: ["start.value", "second.value"] } },
        apart: STEP,
      },
      { outputs: { made: "many.value", other: "apart.value" } },
    );
    const muting = new Muting(graph);
    expect([...muting.lost()]).toEqual([
      ["first", "first"],
      ["second", "first"],
      ["many", "first"],
    ]);
    expect(muting.taker("made")).toBe("first");
    expect(muting.taker("many")).toBe("first");
    expect(muting.taker("other")).toBeUndefined();
  });

  it("is a loop whose body needs it, whatever was asked first, and all in a muted loop", () => {
    const body = { step: { type: "Mix", inputs: { value: "loop.value", by: "amount.value" } } };
    const loop = {
      type: "Repeat",
      params: { over: 3 },
      inputs: { value: "start.value" },
      body,
      next: { value: "step.value" },
    };
    const nodes = {
      save: { type: "Save", inputs: { value: "loop.value" } },
      loop,
      start: { type: "Start" },
      amount: { type: "Start", mode: "mute" },
    };
    const lost = new Muting(graphOf(nodes)).lost();
    expect([...lost.keys()].sort()).toEqual(["amount", "loop", "save", "step"]);
    const whole = { ...nodes, amount: { type: "Start" }, loop: { ...loop, mode: "mute" } };
    expect(new Muting(graphOf(whole)).lost().get("step")).toBe("loop");
  });

  it("leaves a Switch that has another case, but not one without", () => {
    const nodes = (mute: readonly string[]): Muting =>
      new Muting(
        graphOf({
          on: { type: "Start", ...(mute.includes("on") ? { mode: "mute" } : {}) },
          a: { type: "Start", ...(mute.includes("a") ? { mode: "mute" } : {}) },
          b: { type: "Start", ...(mute.includes("b") ? { mode: "mute" } : {}) },
          pick: { type: "Switch", inputs: { on: "on.value", a: "a.value", b: "b.value" } },
        }),
      );
    expect(nodes(["a"]).lost().has("pick")).toBe(false);
    expect(nodes(["a", "b"]).lost().get("pick")).toBe("a");
    expect(nodes(["on"]).lost().get("pick")).toBe("on");
  });

  it("reaches through subgraphs by the outputs that are used", () => {
    const graph = graphOf(
      {
        part: { type: "Subgraph", graph: "part" },
        good: { type: "Step", inputs: { value: "part.good" } },
        bad: { type: "Step", inputs: { value: "part.bad" } },
      },
      {
        definitions: {
          part: {
            nodes: { sound: { type: "Start" }, silent: { type: "Start", mode: "mute" } },
            outputs: { good: "sound.value", bad: "silent.value" },
          },
        },
      },
    );
    const muting = new Muting(graph);
    expect([...muting.lost()]).toEqual([["bad", "silent"]]);
    expect(muting.taker("part/silent")).toBe("silent");
    expect(muting.taker("part/sound")).toBeUndefined();
  });
});

const FULL = {
  states: { noise: "cached", denoise: "run", decode: "run", save: "run" },
  turns: { denoise: [0, 30] },
  until: {},
  seconds: { denoise: 3 },
  total: 3,
  lost: [],
};
const NONE = { states: {}, turns: {}, until: {}, seconds: {}, total: 0, lost: ["save"] };

describe("a graph of which muting leaves nothing", () => {
  let editor: Editor;
  const asked: string[] = [];
  const RUN = { id: "r1", status: "completed", lost: ["save"], timings: {}, problems: [] };

  function open(forecasts: readonly object[]): void {
    const left = [...forecasts];
    vi.stubGlobal("fetch", (path: string) => {
      asked.push(path);
      const answer = path.endsWith("/forecast")
        ? (left.shift() ?? NONE)
        : path.endsWith("/runs")
          ? { runs: [RUN] }
          : { ...RUN, artifacts: [] };
      return Promise.resolve(new Response(JSON.stringify(answer)));
    });
    setLists({ models: ["demo"] });
    editor = openEditor({ document: stock("txt2img.json"), catalogue: BUILTIN });
  }

  afterEach(() => {
    editor.planner.close();
    vi.unstubAllGlobals();
    asked.length = 0;
  });

  const mark = (path: string): string | undefined =>
    editor.states.getState().byPath.get(path)?.mark;
  const mute = (): void =>
    editor.document.getState().edit("Mute", (graph) => toggleMode(graph, ["decode"], "mute"));

  it("shows no marks of before, says why on Run, and asks for no run", async () => {
    open([FULL]);
    await vi.waitFor(() => expect(mark("denoise")).toBe("run"), 5_000);
    mute();
    await vi.waitFor(() => expect(mark("save")).toBe("lost"), 5_000);
    expect(mark("denoise")).toBe("none");
    expect(editor.states.getState().byPath.get("denoise")?.turns).toBeNull();
    await editor.runs.getState().submit(editor.document.getState().document);
    const { refused, problems } = editor.runs.getState();
    expect(refused).toContain("“save” needs “decode”, which is muted");
    expect(problems.map(({ path }) => path)).toEqual(["save"]);
    expect(asked).not.toContain("/api/runs");
    editor.document.getState().undo();
    expect(editor.planner.store.getState().nothing).toBeNull();
  });

  it("says it as well when the run was asked for before the plan was known", async () => {
    open([]);
    mute();
    await editor.runs.getState().submit(editor.document.getState().document);
    await vi.waitFor(() =>
      expect(editor.runs.getState().refused).toContain("“save” needs “decode”, which is muted"),
    );
    expect(asked).toContain("/api/runs");
  });
});
