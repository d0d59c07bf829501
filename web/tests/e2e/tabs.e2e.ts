/** Several graphs at once: each keeps its view, its seeds and its pictures. */

import { expect, test } from "vitest";
import type { Editor } from "./editor.ts";
import { open, withBrowser } from "./editor.ts";

withBrowser();

const view = (editor: Editor): Promise<string> =>
  editor.page
    .locator(".react-flow__viewport")
    .evaluate((found) => (found as HTMLElement).style.transform);

/** A second tab beside the first, which is shown. */
async function beside(editor: Editor): Promise<void> {
  await editor.focusCanvas();
  await editor.press("Alt+n");
  await expect.poll(() => editor.page.locator(".tabs .tab").count()).toBe(2);
}

const show = (editor: Editor, at: number): Promise<void> =>
  editor.page.locator(".tabs .tab").nth(at).click();

test("each tab is looked at as it was left, over a reload too", async () => {
  const editor = await open();
  const ground = await editor.ground();
  await editor.page.mouse.move(ground.x, ground.y);
  await editor.page.mouse.wheel(0, -300);
  await editor.page.mouse.move(ground.x, ground.y);
  await editor.page.mouse.down({ button: "middle" });
  await editor.page.mouse.move(ground.x + 130, ground.y - 70, { steps: 5 });
  await editor.page.mouse.up({ button: "middle" });
  await editor.page.waitForTimeout(400);
  const left = await view(editor);
  await beside(editor);
  expect(await view(editor)).not.toBe(left);
  await show(editor, 0);
  await editor.settled();
  expect(await view(editor)).toBe(left);
  await editor.page.waitForTimeout(600);
  await editor.page.reload();
  await editor.settled();
  expect(await view(editor)).toBe(left);
});

test("a seed moves on in a tab that is not shown when its run is taken", async () => {
  const editor = await open();
  const seed = (): Promise<string> => editor.field("noise", "seed").inputValue();
  await editor
    .card("noise")
    .getByRole("button", { name: /After each run/ })
    .click();
  await editor
    .card("noise")
    .getByRole("button", { name: /After each run/ })
    .click(); // increment
  const first = await seed();
  await editor.page.route("**/api/runs", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // a slow line
    await route.continue();
  });
  await editor.run();
  await beside(editor);
  await editor.page.waitForTimeout(2_500);
  await show(editor, 0);
  await expect.poll(seed).toBe(String(Number(first) + 1));
});

test("an app's picture is downloaded as what it is", async () => {
  const editor = await open();
  const { page } = editor;
  await editor
    .card("save")
    .getByRole("button", { name: /^format/ })
    .click();
  await page.getByRole("option", { name: "webp" }).click();
  await editor.run();
  await editor.finished("save");
  await editor.focusCanvas();
  await editor.press("Alt+a");
  const link = page.getByRole("link", { name: /Download/ }).first();
  await link.waitFor({ timeout: 20_000 });
  const [href, name] = [await link.getAttribute("href"), await link.getAttribute("download")];
  const answer = await page.request.get(new URL(href ?? "", page.url()).href);
  const type = answer.headers()["content-type"] ?? "";
  expect(name?.split(".").at(-1)).toBe(type.split("/").at(-1));
});
