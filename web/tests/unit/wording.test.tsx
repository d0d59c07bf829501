// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { JSX } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { graphNamed } from "../../src/appmode/AppPage.tsx";
import type { Doing } from "../../src/commands/command.ts";
import { EDITING } from "../../src/commands/editing.ts";
import { keyWords } from "../../src/commands/keys.ts";
import type { Catalogue } from "../../src/graph/catalogue.ts";
import { fold } from "../../src/graph/commands/folding.ts";
import type { Graph } from "../../src/graph/model.ts";
import Library from "../../src/palette/Library.tsx";
import { LoopTimeline } from "../../src/results/LoopTimeline.tsx";
import KeysHelp from "../../src/shell/KeysHelp.tsx";
import type { Editor } from "../../src/state/editor.ts";
import { EditorContext } from "../../src/state/editor.ts";
import { openEditor } from "../../src/state/opening.ts";
import { chooseTexts, textsOf } from "../../src/texts/texts.ts";
import { createDesk } from "../../src/workspace/desk.ts";
import type { Work } from "../../src/workspace/work.ts";
import { WorkContext } from "../../src/workspace/work.ts";
import { BUILTIN, json, stock } from "./fixtures.ts";

let editor: Editor;
const asked: string[] = [];

function open(document: Graph, catalogue: Catalogue = BUILTIN): void {
  editor = openEditor({ document, catalogue });
  editor.planner.close();
}

function show(what: JSX.Element): void {
  const work = { desk: createDesk() } as unknown as Work;
  render(
    <WorkContext.Provider value={work}>
      <EditorContext.Provider value={editor}>{what}</EditorContext.Provider>
    </WorkContext.Provider>,
  );
}

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    const found = path === "/api/graphs" ? { graphs: [{ name: "mine" }] } : { graph: TXT2IMG };
    return Promise.resolve(new Response(JSON.stringify(found)));
  });
  open(stock("txt2img.json"));
});

const TXT2IMG = json("graphs/txt2img.json");

afterEach(async () => {
  cleanup();
  vi.unstubAllGlobals();
  chooseTexts(await textsOf("en"), "en");
});

describe("keys", () => {
  it("are named in the user's language, arrows by their signs", async () => {
    expect(keyWords("Ctrl+ArrowLeft")).toBe("Ctrl+←");
    chooseTexts(await textsOf("de"), "de");
    expect(keyWords("Ctrl+Shift+Enter")).toBe("Strg+Umschalt+Eingabe");
    expect(keyWords("Alt+=")).toBe("Alt+=");
  });

  it("are listed once for each thing that they do", async () => {
    chooseTexts(await textsOf("de"), "de");
    show(<KeysHelp />);
    const titles = [...document.querySelectorAll("dt")].map((one) => one.textContent);
    expect(titles.filter((title) => title === "Zum ersten Knoten")).toHaveLength(1);
    const keys = [...document.querySelectorAll("kbd")].map((one) => one.textContent);
    expect(keys.filter((key) => /Arrow|Ctrl/.test(key))).toEqual([]);
  });
});

it("a subgraph is said to hold a loop only where it does", () => {
  const offered = (ids: readonly string[]): readonly string[] => {
    const made = fold(stock("txt2img.json"), "", ids, "part");
    if ("refusal" in made) throw new Error(made.refusal);
    open(made.document);
    editor.document.getState().select(made.ids);
    const doing = { editor } as unknown as Doing;
    return EDITING.filter(({ id, when }) => id.startsWith("expand") && when?.(doing) !== false).map(
      ({ title }) => title,
    );
  };
  expect(offered(["positive", "negative"])).toEqual(["Expand the subgraph"]);
  expect(offered(["noise", "denoise"])).toEqual(["Open the loop (expand the subgraph)"]);
});

it("the timeline says which turn is shown", () => {
  editor.states.getState().set("denoise", { phase: "done", done: 20, total: 20, turns: [20, 20] });
  show(<LoopTimeline id="denoise" />);
  const words = (): string => document.querySelector(".timeline-words")?.textContent ?? "";
  expect(words()).toBe("all 20 turns are kept");
  const slider = screen.getByRole("slider");
  fireEvent.keyDown(slider, { key: "Home" });
  expect(words()).toBe("turn 1 of 20");
  fireEvent.keyDown(slider, { key: "ArrowRight" });
  expect(words()).toBe("turn 2 of 20");
});

it("a template as an app is asked for by what there is", async () => {
  await graphNamed("txt2img");
  expect(asked).toEqual(["/api/graphs", "/api/templates/txt2img"]);
  asked.length = 0;
  await graphNamed("mine");
  expect(asked).toEqual(["/api/graphs", "/api/graphs/mine"]);
});

it("the library says which pack could not be loaded, and why", () => {
  const error = "x.py, line 3: invalid syntax";
  const pack = { name: "user", module: "user", digest: "", error };
  show(<Library />);
  expect(screen.queryByRole("note")).toBeNull();
  cleanup();
  open(stock("txt2img.json"), { ...BUILTIN, packs: [...BUILTIN.packs, pack] });
  show(<Library />);
  expect(screen.getByRole("note").textContent).toBe(
    `Nodes of the pack “user” could not be loaded: ${error}`,
  );
});
