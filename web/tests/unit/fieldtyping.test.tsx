// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, act } from "@testing-library/react";
// eslint-disable-next-line no-restricted-imports -- a card stands in xyflow's context, here as on the canvas.
import { ReactFlowProvider } from "@xyflow/react";
import type { ComponentProps, JSX } from "react";
import { Profiler } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LinkingContext, createLinking } from "../../src/canvas/linking.ts";
import { NodeCard } from "../../src/canvas/NodeCard.tsx";
import { EditorContext } from "../../src/state/editor.ts";
import type { Editor } from "../../src/state/editor.ts";
import { fetchAhead } from "../../src/state/late.ts";
import { setLists } from "../../src/state/lists.ts";
import { openEditor } from "../../src/state/opening.ts";
import { BUILTIN, stock } from "./fixtures.ts";

const opened: Editor[] = [];

function open(name = "txt2img.json"): Editor {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(
      new Response(JSON.stringify({ models: ["demo"], states: {}, seconds: {}, lost: [] })),
    ),
  );
  setLists({ models: ["demo"] });
  const editor = openEditor({ document: stock(name), catalogue: BUILTIN });
  opened.push(editor);
  return editor;
}

/** Cards of some nodes, and how often each of them was rendered. */
function show(editor: Editor, ids: readonly string[]): ReadonlyMap<string, number> {
  const renders = new Map(ids.map((id) => [id, 0]));
  const linking = createLinking();
  const card = (id: string): JSX.Element => (
    <Profiler key={id} id={id} onRender={() => renders.set(id, (renders.get(id) ?? 0) + 1)}>
      <NodeCard {...({ id, selected: false } as unknown as ComponentProps<typeof NodeCard>)} />
    </Profiler>
  );
  render(
    <EditorContext.Provider value={editor}>
      <ReactFlowProvider>
        <LinkingContext.Provider value={linking}>{ids.map(card)}</LinkingContext.Provider>
      </ReactFlowProvider>
    </EditorContext.Provider>,
  );
  return renders;
}

afterEach(() => {
  cleanup();
  for (const editor of opened.splice(0)) editor.planner.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const textOf = (editor: Editor): unknown =>
  editor.document.getState().document.nodes.get("positive")?.params.get("text");

describe("typing into a field", () => {
  it("renders that node alone, at the key and when the pause puts it into the document", () => {
    vi.useFakeTimers();
    const editor = open();
    const ids = ["model", "positive", "negative", "schedule", "noise", "decode"];
    const renders = show(editor, ids);
    const before = new Map(renders);
    const [field] = screen.getAllByRole("textbox", { name: "text" });
    if (!field) throw new Error("There is no field for the prompt.");
    fireEvent.change(field, { target: { value: "a red circle, larger" } });
    expect(textOf(editor)).toBe("a red circle on a blue background");
    expect((field as HTMLTextAreaElement).value).toBe("a red circle, larger");
    act(() => void vi.advanceTimersByTime(200));
    expect(textOf(editor)).toBe("a red circle, larger");
    const rendered = ids.filter((id) => renders.get(id) !== before.get(id));
    expect(rendered).toEqual(["positive"]);
  });

  it("is in the document before a command with Ctrl reads it, and when the field is left", () => {
    const editor = open();
    show(editor, ["positive"]);
    const [field] = screen.getAllByRole("textbox", { name: "text" });
    if (!field) throw new Error("There is no field for the prompt.");
    fireEvent.change(field, { target: { value: "one" } });
    fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
    expect(textOf(editor)).toBe("one");
    fireEvent.change(field, { target: { value: "two" } });
    fireEvent.blur(field);
    expect(textOf(editor)).toBe("two");
  });

  it("is one step of undo for a burst", () => {
    vi.useFakeTimers();
    const editor = open();
    show(editor, ["positive"]);
    const [field] = screen.getAllByRole("textbox", { name: "text" });
    if (!field) throw new Error("There is no field for the prompt.");
    for (const text of ["t", "tw", "two"]) {
      fireEvent.change(field, { target: { value: text } });
      act(() => void vi.advanceTimersByTime(200));
    }
    act(() => editor.document.getState().undo());
    expect(textOf(editor)).toBe("a red circle on a blue background");
    expect((field as HTMLTextAreaElement).value).toBe("a red circle on a blue background");
  });
});

describe("a number", () => {
  const steps = (editor: Editor): unknown =>
    editor.document.getState().document.nodes.get("schedule")?.params.get("steps");
  const fieldOf = (name: string): HTMLInputElement => screen.getByRole("spinbutton", { name });

  it("works out sums, steps by arrow keys and stays within its limits", () => {
    const editor = open();
    show(editor, ["schedule"]);
    const field = fieldOf("steps");
    fireEvent.change(field, { target: { value: "2*8+4" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(steps(editor)).toBe(20);
    fireEvent.keyDown(field, { key: "ArrowUp" });
    expect(steps(editor)).toBe(21);
    fireEvent.keyDown(field, { key: "ArrowDown", shiftKey: true });
    expect(steps(editor)).toBe(11);
    for (let count = 0; count < 3; count++)
      fireEvent.keyDown(field, { key: "ArrowDown", shiftKey: true });
    expect(steps(editor)).toBe(1);
  });

  it("keeps its value and says so where a text is no number", () => {
    const editor = open();
    show(editor, ["schedule"]);
    const field = fieldOf("steps");
    const before = field.value;
    fireEvent.change(field, { target: { value: "many" } });
    fireEvent.blur(field);
    expect(field.value).toBe(before);
    expect(editor.ui.getState().told).toContain("many");
  });

  it("shows what is wrong on the field until it is mended", async () => {
    await fetchAhead("soon"); // the validator among them
    vi.useFakeTimers();
    const editor = open();
    show(editor, ["schedule"]);
    const field = fieldOf("steps");
    const enter = async (text: string): Promise<void> => {
      fireEvent.change(field, { target: { value: text } });
      fireEvent.blur(field);
      await act(() => vi.advanceTimersByTimeAsync(500));
    };
    await enter("0");
    expect(steps(editor)).toBe(0);
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(
      document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent,
    ).toContain("at least 1");
    await enter("12");
    expect(field.getAttribute("aria-invalid")).toBeNull();
  });
});
