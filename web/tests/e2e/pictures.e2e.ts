/** Seeds, pictures that carry graphs, the app on a phone. */

import { expect, inject, test } from "vitest";
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
