/** Nothing is lost: killed pages, other tabs, files dropped on unsaved work. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { open, openIn, profile, withBrowser } from "../editor.ts";

withBrowser();

const WORDS = "a purple star on a yellow background";

test("a page that is killed with unsaved edits comes back with them, and with their history", async () => {
  const context = await profile();
  const editor = await openIn(context);
  await editor.field("positive", "text").fill(WORDS);
  await editor.focusCanvas();
  const id = await editor.add("Curve");
  await editor.page.waitForTimeout(1500); // drafts are written a moment after the hand rests
  const session = await context.newCDPSession(editor.page);
  void session.send("Page.crash").catch(() => undefined); // its process is gone: no last words, no answer
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const again = await openIn(context);
  expect(await again.field("positive", "text").inputValue()).toBe(WORDS);
  expect(await again.ids()).toContain(id);
  expect(await again.page.locator(".tabs .dirty-dot").count()).toBe(1);
  await again.focusCanvas();
  await again.press("Control+z");
  await expect.poll(() => again.ids()).not.toContain(id);
});

test("nodes are copied from one browser tab to another", async () => {
  const context = await profile();
  const [first, second] = [await openIn(context), await openIn(context)];
  await first.page.bringToFront();
  await first.card("decode").locator(".card-title").click();
  await first.press("Control+c");
  await second.page.bringToFront();
  const before = new Set(await second.ids());
  const ground = await second.ground();
  await second.page.mouse.move(ground.x, ground.y);
  await second.focusCanvas();
  await second.press("Control+v");
  expect(await second.added(before)).toContain("decode");
});

test("a graph dropped on unsaved work opens beside it", async () => {
  const editor = await open();
  await editor.field("positive", "text").fill(WORDS);
  const graph = readFileSync(
    join(import.meta.dirname, "../../../../graphs/seed-grid.json"),
    "utf8",
  );
  await editor.dropFile("grid.json", "application/json", Buffer.from(graph));
  const tabs = editor.page.locator(".tabs .tab");
  await expect.poll(() => tabs.count()).toBe(2);
  await tabs.first().click();
  expect(await editor.field("positive", "text").inputValue()).toBe(WORDS);
});
