/** The editor in a narrow window: a phone, a small one, and a page at 200 %. */

import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { open, textToImage, withBrowser } from "./editor.ts";
import type { Editor } from "./editor.ts";

withBrowser();

/** How far something reaches beyond the window, in pixels. */
async function beyond(found: Locator): Promise<number> {
  return found.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return Math.max(-left, -top, right - innerWidth, bottom - innerHeight, 0);
  });
}

/** Whether something can be pressed: nothing lies over its middle. */
async function isFree(found: Locator): Promise<boolean> {
  return found.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && element.contains(hit);
  });
}

async function phone(width: number, height: number): Promise<Editor> {
  return open({ width, height, touch: true, mobile: true });
}

test.each([
  [512, 800],
  [390, 844],
  [320, 640],
])("in a window of %i x %i pixels Run and Cancel can be pressed", async (width, height) => {
  const editor = await phone(width, height);
  const { page } = editor;
  expect(await page.evaluate(() => innerWidth)).toBe(width); // the page asks for no more
  const run = page.locator(".run-button");
  expect(await beyond(run)).toBe(0);
  expect(await isFree(page.getByRole("button", { name: "Undo" }))).toBe(true);
  await editor.dropGraph(textToImage({ seed: width, steps: 300 })); // long enough to be cancelled
  await run.tap();
  const cancel = page.locator(".run-cancel");
  await cancel.waitFor();
  for (const button of [cancel, page.locator(".run-button")]) {
    expect(await beyond(button)).toBe(0);
    expect(await isFree(button)).toBe(true);
  }
  expect((await cancel.innerText()).trim() || (await cancel.getAttribute("title"))).toBe("Cancel");
  await cancel.tap();
  await cancel.waitFor({ state: "detached" });
});

test("on a phone panels leave Run in view, and each can be closed", async () => {
  const editor = await phone(390, 844);
  const { page } = editor;
  const run = page.locator(".run-button");
  for (const name of ["Inspector", "Outline", "Problems"]) {
    await page.locator(".dock-rail").getByRole("button", { name }).tap();
    await page.locator(".dock-panel").waitFor();
    expect(await beyond(page.locator(".dock-panel"))).toBe(0);
    expect(await isFree(run)).toBe(true);
  }
  await page.locator(".dock-head button").tap();
  expect(await page.locator(".dock-panel").count()).toBe(0);
  for (const name of ["Queue", "Models", "Node library"]) {
    const button = page.locator(".rail-bar").getByRole("button", { name });
    await button.tap();
    const panel = page.locator(".side-panel, .library");
    await panel.waitFor();
    expect(await beyond(panel)).toBe(0);
    expect(await isFree(run)).toBe(true);
    await button.tap();
    expect(await panel.count()).toBe(0);
  }
});

test("a long press on a phone opens a menu that stays, whole in the window", async () => {
  const editor = await phone(390, 844);
  const { page } = editor;
  const box = await editor.card("predict").locator(".card-head").boundingBox();
  const session = await page.context().newCDPSession(page);
  const point = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + 8 };
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
  const menu = page.getByRole("menu");
  await menu.waitFor();
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(400); // the click that a lifted finger makes has come by now
  expect(await menu.isVisible()).toBe(true);
  expect(await beyond(menu)).toBe(0);
  await page.getByRole("menuitem", { name: "Mute" }).tap();
  await expect.poll(() => editor.card("predict").getAttribute("data-mode")).toBe("mute");
});
