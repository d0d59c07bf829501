// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import type { JSX } from "react";
import { Suspense } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import AppView from "../../src/appmode/AppView.tsx";
import type { Run } from "../../src/api/server.ts";
import { removeNodes, setParam } from "../../src/graph/commands/nodes.ts";
import { scopesOf } from "../../src/graph/scopes.ts";
import { serialize } from "../../src/graph/serialize.ts";
import Inspector from "../../src/panels/Inspector.tsx";
import { Tree } from "../../src/panels/outline/Tree.tsx";
import Problems from "../../src/panels/Problems.tsx";
import { EditorContext } from "../../src/state/editor.ts";
import type { Editor } from "../../src/state/editor.ts";
import { setLists } from "../../src/state/lists.ts";
import { openEditor } from "../../src/state/opening.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const opened: Editor[] = [];

function open(name = "txt2img.json"): Editor {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(
      new Response(
        JSON.stringify({
          models: ["demo"],
          states: {},
          seconds: {},
          lost: [],
          runs: [],
          next: null,
        }),
      ),
    ),
  );
  setLists({ models: ["demo"] });
  const editor = openEditor({ document: stock(name), catalogue: BUILTIN });
  opened.push(editor);
  return editor;
}

function show(editor: Editor, what: JSX.Element): void {
  render(
    <EditorContext.Provider value={editor}>
      <Suspense>{what}</Suspense>
    </EditorContext.Provider>,
  );
}

afterEach(() => {
  cleanup();
  for (const editor of opened.splice(0)) editor.planner.close();
  vi.unstubAllGlobals();
});

const node = (
  editor: Editor,
  id: string,
): ReturnType<typeof stock>["nodes"] extends ReadonlyMap<string, infer N> ? N | undefined : never =>
  scopesOf(editor.document.getState().document).nodes.get(id);

describe("the inspector", () => {
  it("shows the docs, ports and limits of the chosen node, and edits its values", () => {
    const editor = open();
    editor.document.getState().select(["schedule"]);
    show(editor, <Inspector />);
    expect(screen.getByText(/Noise|noise levels are spread/)).toBeTruthy();
    expect(screen.getByText(/int · 1 to 10,000/)).toBeTruthy();
    const steps = screen.getByRole("spinbutton", { name: "steps" });
    fireEvent.change(steps, { target: { value: "12" } });
    fireEvent.blur(steps);
    expect(node(editor, "schedule")?.params.get("steps")).toBe(12);
    fireEvent.click(screen.getByRole("button", { name: "Back to the default of steps" }));
    expect(node(editor, "schedule")?.params.has("steps")).toBe(false);
  });

  it("wires an input from a list of what fits, and cuts it again", async () => {
    const editor = open();
    editor.document.getState().select(["save"]);
    show(editor, <Inspector />);
    fireEvent.click(screen.getByRole("button", { name: "Disconnect decode.image" }));
    expect(node(editor, "save")?.inputs.has("image")).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: "Wire image" }));
    const option = await screen.findByRole(
      "option",
      { name: /decode\.image/ },
      { timeout: 10_000 },
    );
    fireEvent.click(option);
    expect(node(editor, "save")?.inputs.get("image")).toBe("decode.image");
  });

  it("renames a node in every wire that mentions it", () => {
    const editor = open();
    editor.document.getState().select(["decode"]);
    show(editor, <Inspector />);
    const id = screen.getByRole("textbox", { name: "Name in the file" });
    fireEvent.change(id, { target: { value: "picture" } });
    fireEvent.keyDown(id, { key: "Enter" });
    expect(node(editor, "save")?.inputs.get("image")).toBe("picture.image");
    expect([...editor.document.getState().document.outputs.values()]).toContain("picture.image");
    expect([...editor.document.getState().selection]).toEqual(["picture"]);
  });

  it("edits the public inputs of the graph where nothing is chosen", () => {
    const editor = open();
    show(editor, <Inspector />);
    fireEvent.click(screen.getByRole("button", { name: "Move seed up" }));
    const names = (): readonly string[] => [...editor.document.getState().document.inputs.keys()];
    expect(names().indexOf("seed")).toBe(1);
    fireEvent.click(screen.getByRole("button", { name: "Remove steps" }));
    expect(names()).not.toContain("steps");
    act(() => {
      editor.document.getState().undo();
      editor.document.getState().undo();
    });
    expect(serialize(editor.document.getState().document)).toBe(
      serialize(editor.document.getState().saved),
    );
  });
});

describe("the outline", () => {
  it("is one tab stop: arrows choose, letters find, Delete removes", () => {
    const editor = open();
    const edit = vi.fn();
    const remove = vi.fn(() =>
      editor.document
        .getState()
        .edit("Remove", (graph) => removeNodes(graph, editor.document.getState().selection)),
    );
    show(editor, <Tree add={vi.fn()} remove={remove} edit={edit} />);
    const rows = screen.getAllByRole("treeitem");
    expect(rows.filter((row) => row.tabIndex === 0)).toHaveLength(1);
    const tree = screen.getByRole("tree");
    fireEvent.keyDown(tree, { key: "End" });
    expect([...editor.document.getState().selection]).toEqual(["save"]);
    fireEvent.keyDown(tree, { key: "r" });
    expect([...editor.document.getState().selection]).toEqual(["denoise"]);
    fireEvent.keyDown(tree, { key: "ArrowLeft" });
    expect(screen.queryByText("predict")).toBeNull();
    fireEvent.keyDown(tree, { key: "ArrowRight" });
    fireEvent.keyDown(tree, { key: "ArrowRight" });
    expect([...editor.document.getState().selection]).toEqual(["predict"]);
    fireEvent.keyDown(tree, { key: "Enter" });
    expect(edit).toHaveBeenCalledOnce();
    fireEvent.keyDown(tree, { key: "Delete" });
    expect(node(editor, "predict")).toBeUndefined();
  });
});

describe("the list of problems", () => {
  it("names each, leads there, and mends it with one click", async () => {
    const editor = open();
    editor.document.getState().edit("Set", (graph) => setParam(graph, "schedule", "steps", 0));
    show(editor, <Problems />);
    const go = await screen.findByRole("button", { name: "Go to schedule.steps" });
    fireEvent.click(go);
    expect([...editor.document.getState().selection]).toEqual(["schedule"]);
    fireEvent.click(screen.getByRole("button", { name: "Set to 1" }));
    expect(node(editor, "schedule")?.params.get("steps")).toBe(1);
    await waitFor(() => expect(screen.queryByRole("button", { name: "Set to 1" })).toBeNull(), {
      timeout: 5_000,
    });
  });
});

describe("app mode", () => {
  it("is a form of the public inputs that runs what was typed last", () => {
    const editor = open();
    const submit = vi.fn(() => Promise.resolve());
    editor.runs.setState({ submit });
    show(editor, <AppView way={null} />);
    const form = screen.getByRole("form");
    for (const name of ["Prompt", "Negative prompt"])
      expect(within(form).getByRole("textbox", { name })).toBeTruthy();
    fireEvent.change(within(form).getByRole("textbox", { name: "Prompt" }), {
      target: { value: "a fox" },
    });
    fireEvent.submit(form);
    expect(submit).toHaveBeenCalledOnce();
    const [sent] = submit.mock.calls[0] as unknown as [ReturnType<typeof stock>];
    expect(sent.nodes.get("positive")?.params.get("text")).toBe("a fox");
  });

  it("shows the pictures of the newest run, and what went wrong with one", () => {
    const editor = open();
    show(editor, <AppView way={null} />);
    const file = {
      hash: "h",
      media_type: "image/png",
      bytes: 3,
      width: 64,
      height: 64,
      url: "/api/artifacts/h",
    };
    const run = {
      id: "1",
      status: "completed",
      values: { image: { kind: "picture", pictures: [file] } },
      artifacts: [],
      problems: [],
      created: "2026-01-01T00:00:00Z",
      started: null,
      finished: null,
    };
    act(() =>
      editor.runs.setState({ results: [run as unknown as Run], watched: "1", status: "completed" }),
    );
    expect(screen.getByRole("img", { name: "image" }).getAttribute("src")).toBe("/api/artifacts/h");
    act(() =>
      editor.runs.setState({
        problems: [
          {
            code: "nan",
            message: "The picture holds no numbers.",
            path: "decode",
            port: "",
            fix: "",
          },
        ],
      }),
    );
    expect(screen.getByRole("alert").textContent).toContain("The picture holds no numbers.");
  });
});
