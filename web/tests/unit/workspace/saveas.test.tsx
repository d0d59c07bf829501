// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { createDesk } from "../../../src/workspace/desk.ts";
import type { FileRef } from "../../../src/workspace/file.ts";
import { UNSAVED } from "../../../src/workspace/file.ts";
import { tabFor } from "../../../src/workspace/opening.ts";
import SaveAsDialog from "../../../src/workspace/SaveAsDialog.tsx";
import { createTabs } from "../../../src/workspace/tabs.ts";
import type { Work } from "../../../src/workspace/work.ts";
import { WorkContext } from "../../../src/workspace/work.ts";
import { BUILTIN, stock } from "../fixtures.ts";

interface Put {
  readonly path: string;
  readonly ifMatch: string | undefined;
}

const puts: Put[] = [];
const THERE = ["graph", "graph-2", "circle"].map((name) => ({
  name,
  version: 4,
  etag: `${name}-4`,
}));

function serve(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = (init.headers ?? {}) as Record<string, string>;
  if (init.method === "PUT") puts.push({ path, ifMatch: headers["If-Match"] });
  const found = { graphs: THERE, etag: "new", version: 1, problems: [] };
  return Promise.resolve(new Response(JSON.stringify(found)));
}

async function ask(title: string, file: FileRef = UNSAVED): Promise<HTMLElement> {
  vi.stubGlobal("fetch", serve);
  const shelf = createStore(() => ({ catalogue: BUILTIN }));
  const tab = tabFor({ shelf }, { ...stock("txt2img.json"), title }, file);
  tab.editor.planner.close();
  const tabs = createTabs();
  tabs.getState().add(tab);
  const work = { tabs, desk: createDesk(), shelf } as unknown as Work;
  render(
    <WorkContext.Provider value={work}>
      <SaveAsDialog tab={tab.id} />
    </WorkContext.Provider>,
  );
  return screen.findByRole("textbox");
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  puts.length = 0;
});

it("Enter gives a graph of another script a name that is free", async () => {
  const field = await ask("红色圆圈");
  await screen.findByText(/another “graph” already: this one is saved as “graph-3”/);
  fireEvent.submit(field);
  await waitFor(() => expect(puts).toEqual([{ path: "/api/graphs/graph-3", ifMatch: undefined }]));
});

it("a new version of another graph is a choice of its own", async () => {
  await ask("Circle");
  fireEvent.click(await screen.findByRole("button", { name: "Save as version 5 of “circle”" }));
  await waitFor(() =>
    expect(puts).toEqual([{ path: "/api/graphs/circle", ifMatch: '"circle-4"' }]),
  );
});

it("under its own name a graph gets its next version", async () => {
  const field = await ask("Circle", { name: "circle", etag: "circle-4", version: 4 });
  await screen.findByText(/becomes version 5/);
  fireEvent.submit(field);
  await waitFor(() =>
    expect(puts).toEqual([{ path: "/api/graphs/circle", ifMatch: '"circle-4"' }]),
  );
});
