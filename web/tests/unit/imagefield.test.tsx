// @vitest-environment happy-dom
import { cleanup, fireEvent, render, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EditorContext } from "../../src/state/editor.ts";
import { openEditor } from "../../src/state/opening.ts";
import ImageField from "../../src/widgets/ImageField.tsx";
import { BUILTIN, stock } from "./fixtures.ts";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a picture that the server does not take", () => {
  it("is told by the name of its file", async () => {
    const message = "The PNG picture is damaged or cut short.";
    const error = { code: "bad_picture", message, problems: [] };
    vi.stubGlobal("fetch", () =>
      Promise.resolve(
        new Response(JSON.stringify({ error }), {
          status: 422,
          headers: { "Content-Type": "application/json" },
        }),
      ),
    );
    const editor = openEditor({ document: stock("img2img.json"), catalogue: BUILTIN });
    const told: string[] = [];
    editor.ui.setState({ tell: (sentence: string) => void told.push(sentence) });
    const input = BUILTIN.declarations.get("LoadImage")?.inputs.get("image");
    if (!input) throw new Error("LoadImage has no input for a picture.");
    const { container } = render(
      <EditorContext.Provider value={editor}>
        <ImageField
          {...{ control: "c", name: "image", input, value: null, problem: "", roomy: false }}
          set={vi.fn()}
          reset={vi.fn()}
        />
      </EditorContext.Provider>,
    );
    const chooser = container.querySelector("input[type=file]");
    if (!chooser) throw new Error("There is nothing to choose a file with.");
    const file = new File(["x"], "holiday.png", { type: "image/png" });
    fireEvent.change(chooser, { target: { files: [file] } });
    await waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toBe(`holiday.png: ${message}`);
    editor.planner.close();
  });
});
