// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scopesOf } from "../../src/graph/scopes.ts";
import Inspector from "../../src/panels/Inspector.tsx";
import { EditorContext } from "../../src/state/editor.ts";
import type { Editor } from "../../src/state/editor.ts";
import { openEditor } from "../../src/state/opening.ts";
import { BUILTIN, stock } from "./fixtures.ts";

let editor: Editor;

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}")));
  editor = openEditor({ document: stock("txt2img.json"), catalogue: BUILTIN });
  editor.document.getState().select(["denoise"]);
  render(
    <EditorContext.Provider value={editor}>
      <Suspense>
        <Inspector />
      </Suspense>
    </EditorContext.Provider>,
  );
});

afterEach(() => {
  cleanup();
  editor.planner.close();
  vi.unstubAllGlobals();
});

const nodes = (): ReturnType<typeof scopesOf>["nodes"] =>
  scopesOf(editor.document.getState().document).nodes;

describe("a loop's carried value in the inspector", () => {
  it("is renamed with all that reads it, in one step", () => {
    fireEvent.click(screen.getByRole("button", { name: "Rename latent" }));
    const field = screen.getByRole("textbox", { name: "Name of latent in the loop" });
    fireEvent.change(field, { target: { value: "picture" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(nodes().get("decode")?.inputs.get("latent")).toBe("denoise.picture");
    expect([...(nodes().get("denoise")?.next.keys() ?? [])]).toContain("picture");
    fireEvent.click(screen.getByRole("button", { name: "Rename picture" }));
    editor.document.getState().undo();
    expect(nodes().get("decode")?.inputs.get("latent")).toBe("denoise.latent");
  });

  it("keeps its name where another would not do, and says why", () => {
    fireEvent.click(screen.getByRole("button", { name: "Rename latent" }));
    const field = screen.getByRole("textbox", { name: "Name of latent in the loop" });
    fireEvent.change(field, { target: { value: "two words" } });
    expect(screen.getByRole("alert").textContent).toContain("two words");
    fireEvent.keyDown(field, { key: "Enter" });
    expect([...(nodes().get("denoise")?.next.keys() ?? [])]).toContain("latent");
  });

  it("is taken out with the wires that read it, and comes back with one undo", () => {
    const before = editor.document.getState().document;
    fireEvent.click(screen.getByRole("button", { name: "Remove latent" }));
    expect([...(nodes().get("denoise")?.next.keys() ?? [])]).not.toContain("latent");
    expect(nodes().get("decode")?.inputs.has("latent")).toBe(false);
    editor.document.getState().undo();
    expect(editor.document.getState().document).toEqual(before);
  });
});
