/** Work that others change, that is older than now, that the server is not there for. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import type { Editor } from "./editor.ts";
import { open, openAt, profile, withBrowser } from "./editor.ts";
import { serve } from "./serving.ts";

withBrowser();

/** Saves the shown graph under a title, as new. */
async function saveAs(editor: Editor, title: string): Promise<void> {
  const { page } = editor;
  await editor.focusCanvas();
  await editor.press("Control+s");
  await page.getByRole("dialog").getByRole("textbox", { name: "Title" }).fill(title);
  await editor.press("Enter");
  await page.getByText(/Saved/).first().waitFor();
}

/** Types a prompt and saves it over the version that was opened. */
async function write(editor: Editor, text: string): Promise<void> {
  await editor.field("positive", "text").fill(text);
  await editor.focusCanvas();
  await editor.press("Control+s");
}

/** Whether the browser has every file of the editor. */
function kept(editor: Editor): Promise<boolean> {
  return editor.page.evaluate(async () => {
    const listed = (await (await fetch("/files.json")).json()) as Record<string, { file: string }>;
    const names = [...Object.values(listed).map(({ file }) => `/${file}`), "/"];
    return (await Promise.all(names.map((name) => caches.match(name)))).every(Boolean);
  });
}

const dot = (editor: Editor): Promise<number> => editor.page.locator(".tabs .dirty-dot").count();

test("two people save one graph: theirs is taken, and undo brings mine back", async () => {
  const first = await open();
  await saveAs(first, "Shared drawing");
  const second = await open();
  await second.focusCanvas();
  await second.press("Control+o");
  await second.page.getByRole("dialog").getByText("Shared drawing").first().click();
  await expect.poll(() => second.page.locator(".tabs .tab").count()).toBe(2);
  await write(second, "theirs");
  await expect.poll(() => dot(second)).toBe(0);
  await first.field("positive", "text").fill("mine");
  await first.focusCanvas();
  await first.press("Control+s");
  const dialog = first.page.getByRole("dialog", { name: /Somebody saved/ });
  await dialog.waitFor();
  expect(await dialog.innerText()).toMatch(/theirs/);
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await expect.poll(() => first.field("positive", "text").inputValue()).toBe("theirs");
  expect(await dot(first)).toBe(0);
  await first.focusCanvas();
  await first.press("Control+z");
  await expect.poll(() => first.field("positive", "text").inputValue()).toBe("mine");
  expect(await dot(first)).toBe(1);
  await first.press("Control+s"); // on top of theirs now, with no question left
  await expect.poll(() => dot(first)).toBe(0);
  const versions = (await (
    await fetch(`${inject("url")}/api/graphs/shared-drawing/versions`)
  ).json()) as { versions: unknown[] };
  expect(versions.versions).toHaveLength(3);
});

test("an old version is looked at, and made the newest again", async () => {
  const editor = await open();
  await editor.field("positive", "text").fill("the first words");
  await saveAs(editor, "Much changed");
  await write(editor, "the second words");
  await expect.poll(() => dot(editor)).toBe(0);
  await editor.press("F1");
  await editor.page.getByRole("combobox").last().fill("Versions");
  await editor.press("Enter");
  const dialog = editor.page.getByRole("dialog", { name: /Versions of/ });
  await dialog.getByText("the first words").first().waitFor();
  await dialog.getByRole("button", { name: "Make it the newest" }).click();
  await expect.poll(() => editor.field("positive", "text").inputValue()).toBe("the first words");
  expect(await dot(editor)).toBe(0);
  await editor.page.getByText("Version 1 is the newest now, as version 3.").first().waitFor();
});

test("a version is restored without touching what is unsaved in the open tab", async () => {
  const editor = await open();
  await editor.field("positive", "text").fill("kept on the server");
  await saveAs(editor, "Half done");
  await write(editor, "saved last");
  await expect.poll(() => dot(editor)).toBe(0);
  await editor.field("positive", "text").fill("not saved yet");
  await editor.focusCanvas();
  await editor.press("F1");
  await editor.page.getByRole("combobox").last().fill("Versions");
  await editor.press("Enter");
  const dialog = editor.page.getByRole("dialog", { name: /Versions of/ });
  await dialog.getByRole("button", { name: "Make it the newest" }).click();
  await editor.page.locator(".banner", { hasText: "3" }).waitFor();
  expect(await editor.field("positive", "text").inputValue()).toBe("not saved yet");
});

test("a graph is renamed in the list, its versions go with it, and its tab saves on", async () => {
  const editor = await open();
  const { page } = editor;
  await editor.field("positive", "text").fill("one");
  await saveAs(editor, "First name");
  await write(editor, "two");
  await expect.poll(() => dot(editor)).toBe(0);
  await editor.press("Control+o");
  const dialog = page.getByRole("dialog");
  const row = dialog.getByRole("listitem").filter({ hasText: "First name" });
  await row.hover();
  await row.getByRole("button", { name: "Rename" }).click();
  await dialog.getByRole("textbox", { name: /New name/ }).fill("second-name");
  await editor.press("Enter");
  await dialog.getByText("second-name").first().waitFor();
  await editor.press("Escape");
  await write(editor, "three");
  await expect.poll(() => dot(editor)).toBe(0);
  const found = await fetch(`${inject("url")}/api/graphs/second-name/versions`);
  const { versions } = (await found.json()) as { versions: { version: number }[] };
  expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect((await fetch(`${inject("url")}/api/graphs/first-name`)).status).toBe(404);
});

test("runs that wait change places, and the first of them is put last", async () => {
  const editor = await open();
  const { page } = editor;
  await editor.field("schedule", "steps").fill("900");
  await editor.focusCanvas();
  await editor.run(); // keeps the worker busy: the others wait
  await page.locator(".run-cancel").waitFor();
  for (const words of ["one", "two", "three"]) {
    const text = page.locator(".tabs .tab"); // a title each, to tell them apart
    await text.first().waitFor();
    await page.locator("[data-inspects]").count();
    await editor.press("Escape");
    await page.getByRole("textbox", { name: "Title" }).first().fill(words);
    await editor.focusCanvas();
    await editor.press("Control+Enter");
  }
  await editor.press("q");
  const waiting = page.locator('.job[data-status="queued"]');
  const titles = (): Promise<string[]> => waiting.locator(".job-title").allInnerTexts();
  await expect.poll(titles, { timeout: 15_000 }).toEqual(["one", "two", "three"]);
  await waiting.nth(2).getByRole("button", { name: "Put first" }).click();
  await expect.poll(titles, { timeout: 15_000 }).toEqual(["three", "one", "two"]);
  await waiting.nth(1).getByRole("button", { name: "Move down" }).click();
  await expect.poll(titles, { timeout: 15_000 }).toEqual(["three", "two", "one"]);
  await waiting.nth(2).getByRole("button", { name: "Move up" }).click();
  await expect.poll(titles, { timeout: 15_000 }).toEqual(["three", "one", "two"]);
  await waiting.nth(0).getByRole("button", { name: "Cancel" }).click();
  await expect.poll(titles, { timeout: 15_000 }).toEqual(["one", "two"]);
});

test("a picture in the clipboard becomes a node that loads it", async () => {
  const editor = await open();
  const before = new Set(await editor.ids());
  const ground = await editor.ground();
  await editor.page.mouse.move(ground.x, ground.y);
  await editor.page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 24 });
    canvas.getContext("2d")?.fillRect(0, 0, 20, 24);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
    if (blob) await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
  });
  await editor.focusCanvas();
  await editor.press("Control+v");
  const id = await editor.added(before);
  expect(await editor.card(id).locator(".card-title").innerText()).toMatch(/Load Image/);
  const shown = editor.card(id).locator("img").first();
  await expect
    .poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth > 0))
    .toBe(true);
});

test("a page opened while the server is away has the work in it, and goes on when it is back", async () => {
  const data = mkdtempSync(join(tmpdir(), "latentgraph-away-"));
  let served = await serve(data);
  const { port } = new URL(served.url);
  try {
    const context = await profile();
    const first = await openAt(context, served.url);
    await first.field("positive", "text").fill("written before the storm");
    await first.focusCanvas();
    await first.page.waitForTimeout(1500); // a draft a moment after the hand rests
    await expect.poll(() => kept(first), { timeout: 30_000 }).toBe(true);
    await first.page.close();
    await served.stop();
    const again = await openAt(context, served.url);
    expect(await again.field("positive", "text").inputValue()).toBe("written before the storm");
    const banner = again.page.locator(".banner-warn");
    await banner.waitFor();
    expect(await banner.innerText()).toMatch(/cannot be reached.*kept in this browser/);
    await again.add("Curve"); // its widget has not been seen yet
    const panel = again.page.locator("[data-inspects]");
    await panel.getByRole("button", { name: "Add", exact: true }).waitFor();
    await again.focusCanvas();
    await again.press("Control+z");
    // A run is held, over a reload too, and sent when the server is back.
    await again.run();
    const waits = again.page.locator(".run-button", { hasText: "waiting for the server" });
    await waits.waitFor();
    await again.page.getByRole("button", { name: "Cancel" }).click();
    await waits.waitFor({ state: "detached" });
    await again.run();
    await waits.waitFor();
    await again.page.waitForTimeout(1500); // a draft a moment after the hand rests
    await again.page.reload();
    await waits.waitFor();
    served = await serve(data, Number(port));
    await banner.waitFor({ state: "detached", timeout: 30_000 });
    await again.finished("save");
    const { runs } = (await (await fetch(`${served.url}/api/runs`)).json()) as { runs: object[] };
    expect(runs).toHaveLength(1);
  } finally {
    await served.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
