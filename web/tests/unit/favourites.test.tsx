// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import type { JSX } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Library from "../../src/palette/Library.tsx";
import { liked } from "../../src/palette/liked.ts";
import Palette from "../../src/palette/Palette.tsx";
import { EditorContext } from "../../src/state/editor.ts";
import type { Editor } from "../../src/state/editor.ts";
import { openEditor } from "../../src/state/opening.ts";
import { BUILTIN, stock } from "./fixtures.ts";

let editor: Editor;

beforeEach(() => {
  localStorage.clear();
  Element.prototype.scrollIntoView = vi.fn();
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}")));
  editor = openEditor({ document: stock("txt2img.json"), catalogue: BUILTIN });
});

afterEach(() => {
  cleanup();
  editor.planner.close();
  vi.unstubAllGlobals();
});

function show(what: JSX.Element): void {
  render(<EditorContext.Provider value={editor}>{what}</EditorContext.Provider>);
}

const at = { screen: { x: 0, y: 0 }, place: { x: 0, y: 0 }, scope: "" };

describe("favourites", () => {
  it("are set and taken back by a key in the palette, and come first the next time", () => {
    show(<Palette at={at} />);
    const field = screen.getByRole("combobox");
    fireEvent.change(field, { target: { value: "vaedecode" } });
    expect(screen.getAllByRole("option")[0]?.textContent).not.toContain("Favourite");
    fireEvent.keyDown(field, { key: "d", ctrlKey: true });
    expect(screen.getAllByRole("option")[0]?.textContent).toContain("Favourite");
    expect([...liked().favourite]).toEqual(["VAEDecode"]);
    expect(editor.ui.getState().said).toContain("VAEDecode");
    expect(editor.document.getState().history.past).toEqual([]);
    cleanup();
    show(<Palette at={at} />);
    expect(screen.getAllByRole("option")[0]?.textContent).toContain("VAEDecode");
    fireEvent.keyDown(screen.getByRole("combobox"), { key: "d", ctrlKey: true });
    expect(liked().favourite.size).toBe(0);
  });

  it("are set by a click on a star, which adds no node", () => {
    show(<Palette at={at} />);
    fireEvent.change(screen.getByRole("combobox"), { target: { value: "saveimage" } });
    fireEvent.click(screen.getByTitle("Add SaveImage to the favourites"));
    expect(screen.getByTitle("Take SaveImage out of the favourites")).toBeTruthy();
    expect([...liked().favourite]).toEqual(["SaveImage"]);
    expect(editor.document.getState().history.past).toEqual([]);
  });

  it("stand at the top of the library, and are the same in both", () => {
    show(<Library />);
    expect(screen.queryByRole("heading", { name: "Favourites" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Add VAEDecode to the favourites" }));
    const heading = screen.getByRole("heading", { name: "Favourites" });
    const group = heading.parentElement ?? document.body;
    expect(within(group).getByText("VAEDecode")).toBeTruthy();
    const stars = screen.getAllByRole("button", { name: "Take VAEDecode out of the favourites" });
    expect(stars.map((star) => star.getAttribute("aria-pressed"))).toEqual(["true", "true"]);
    act(() => stars[0]?.click());
    expect(screen.queryByRole("heading", { name: "Favourites" })).toBeNull();
    expect(liked().favourite.size).toBe(0);
  });
});
