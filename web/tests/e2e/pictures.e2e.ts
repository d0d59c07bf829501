/** Seeds, pictures that carry graphs, the app on a phone. */

import { deflateSync } from "node:zlib";
import { expect, inject, test } from "vitest";
import { pngOf } from "../pngfile.ts";
import { open, withBrowser } from "./editor.ts";

withBrowser();

test("a seed is kept, thrown anew or counted up after each run, and the one used is shown", async () => {
  const editor = await open();
  const seed = editor.field("noise", "seed");
  const value = async (): Promise<number> => Number((await seed.inputValue()).replace(/\D/g, ""));
  const mode = editor.card("noise").getByRole("button", { name: /After each run/ });
  const first = await value();
  await editor.run();
  await editor.finished("save");
  expect(await value()).toBe(first);
  await mode.click(); // random
  await editor.run();
  await expect.poll(value, { timeout: 30_000 }).not.toBe(first);
  await expect.poll(() => editor.page.locator(".run-cancel").count(), { timeout: 150_000 }).toBe(0);
  const shown = await editor.card("noise").locator(".seed-used").innerText();
  expect(shown).toMatch(/\d/);
  await mode.click(); // increment
  const before = await value();
  await editor.run();
  await expect.poll(value, { timeout: 30_000 }).toBe(before + 1);
});

test("a saved picture, dropped on the page, asks once and opens its graph in a new tab", async () => {
  const editor = await open();
  await editor.field("positive", "text").fill("a blue ring on a white background");
  const asked = editor.page.waitForResponse(
    (response) => response.url().endsWith("/api/runs") && response.request().method() === "POST",
  );
  await editor.run();
  const { runs } = (await (await asked).json()) as { runs: { id: string }[] };
  await editor.finished("save");
  const run = (await (
    await fetch(`${inject("url")}/api/runs/${runs[0]?.id ?? ""}?wait=20`)
  ).json()) as { artifacts: { url: string }[] };
  const bytes = Buffer.from(
    await (await fetch(inject("url") + (run.artifacts[0]?.url ?? ""))).arrayBuffer(),
  );
  await editor.field("positive", "text").fill("unsaved words");
  await editor.dropFile("picture.png", "image/png", bytes);
  await editor.page.getByRole("button", { name: "Open the graph" }).click();
  await expect.poll(() => editor.page.locator(".tabs .tab").count()).toBe(2);
  await expect
    .poll(() => editor.field("positive", "text").inputValue())
    .toBe("a blue ring on a white background");
  await editor.page.locator(".tabs .tab").first().click();
  await expect.poll(() => editor.field("positive", "text").inputValue()).toBe("unsaved words");
});

test("a picture of AUTOMATIC1111, dropped on the page, opens as a graph", async () => {
  const editor = await open();
  const { page } = editor;
  await editor.dropFile("00042-lighthouse.png", "image/png", told(LIGHTHOUSE));
  const dialog = page.getByRole("dialog", { name: "This picture tells how it was made" });
  await dialog.getByText("Hires upscaler").waitFor();
  await dialog.getByRole("button", { name: "Open the graph" }).click();
  await expect.poll(() => page.locator(".tabs .tab").count()).toBe(2);
  await page.getByRole("dialog").getByText("nowhere").first().waitFor(); // what is missing is listed
  await editor.press("Escape");
  await expect
    .poll(() => editor.field("positive", "text").inputValue())
    .toBe("a lighthouse in a storm");
  expect(await editor.field("schedule", "steps").inputValue()).toBe("28");
  expect(await editor.field("noise", "seed").inputValue()).toMatch(/^42$/);
});

/** What A1111 writes into a PNG: one text, named `parameters`. */
const LIGHTHOUSE = `a lighthouse in a storm
Negative prompt: fog
Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 42, Size: 512x768, Model: nowhere, Hires upscaler: Latent`;

/** A PNG of four pixels with that text. */
function told(text: string): Buffer {
  const header = Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  const pixels = deflateSync(Buffer.from([0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 1, 2, 3]));
  return pngOf([
    ["IHDR", header],
    ["tEXt", Buffer.from(`parameters\0${text}`, "latin1")],
    ["IDAT", pixels],
    ["IEND", Buffer.alloc(0)],
  ]);
}

test("the palette's Paste takes a picture from the clipboard into a node that loads it", async () => {
  const editor = await open();
  const { page } = editor;
  const before = await editor.ids();
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(24, 16);
    canvas.getContext("2d")?.fillRect(0, 0, 24, 16);
    const picture = await canvas.convertToBlob({ type: "image/png" });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
  });
  await editor.focusCanvas();
  await editor.press("F1");
  await page.getByRole("combobox").last().fill("Paste");
  await editor.press("Enter");
  const id = await editor.added(new Set(before));
  expect(await editor.card(id).getAttribute("aria-label")).toContain("LoadImage");
  await editor.card(id).locator("img").first().waitFor();
  expect(await editor.card(id).locator("img").first().getAttribute("src")).toContain("/api/");
});

test("on a phone the app makes a picture from its form", async () => {
  const editor = await open({
    width: 390,
    height: 844,
    touch: true,
    path: "/?app=txt2img",
    app: true,
  });
  const { page } = editor;
  await page.getByLabel("Prompt", { exact: true }).fill("a green heart on a white background");
  await page.getByRole("button", { name: "Make it" }).tap();
  const picture = page.locator("main img").first();
  await picture.waitFor({ timeout: 150_000 });
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(96);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
});
