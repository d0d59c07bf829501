/** What goes wrong: where it is said, and what is kept. */

import { expect, test } from "vitest";
import { open, withBrowser } from "./editor.ts";

withBrowser();

test("a wrong value is marked on its field and in the list, and cleared when mended", async () => {
  const editor = await open();
  await editor.field("schedule", "steps").fill("0");
  await editor.press("Enter");
  const field = editor
    .card("schedule")
    .locator(".field", { has: editor.page.getByLabel("steps", { exact: true }) });
  await expect.poll(() => field.getAttribute("title")).toMatch(/1/);
  await expect.poll(() => editor.page.locator(".run-button").innerText()).toMatch(/1 to fix/);
  await editor.field("schedule", "steps").fill("8");
  await editor.press("Enter");
  await expect.poll(() => field.getAttribute("title")).toBe("");
  await expect.poll(() => editor.page.locator(".run-button").innerText()).not.toMatch(/to fix/);
});

test("a node raises: the node says so, and what came before it is kept for the next run", async () => {
  const editor = await open();
  const ids = new Set(await editor.ids());
  await editor.drag(await editor.middle(editor.port("decode", "out.image")), await editor.ground());
  await editor.choose("FailWhenTold");
  const id = await editor.added(ids);
  await editor.wire(editor.port(id, "out.image"), editor.port("save", "in.image"));
  await editor.run();
  await editor.node(id).locator("> [data-phase=failed]").waitFor({ timeout: 150_000 });
  await expect
    .poll(() => editor.card(id).locator(".chip-bad").getAttribute("title"))
    .toContain("told to fail");
  await editor.card(id).getByRole("switch", { name: "fail" }).click();
  await expect.poll(() => editor.mark("decode")).toBe("cached");
  await editor.run();
  await editor.finished("save");
  expect(await editor.card("decode").getAttribute("data-kept")).not.toBeNull();
});

test("muting the only way to the picture: Run says why nothing is made, and makes no run", async () => {
  const editor = await open();
  await editor.field("positive", "text").fill("a circle that nobody sees");
  await expect.poll(() => editor.mark("save")).toBe("run");
  await editor.node("decode").locator(".card-head").first().click();
  await editor.press("Control+m");
  await expect.poll(() => editor.mark("save")).toBe("lost");
  expect(await editor.mark("denoise")).toBe("none");
  await editor.run();
  const why = "“save” needs “decode”, which is muted";
  await expect.poll(() => editor.page.locator(".told").innerText()).toContain(why);
  await editor.press("Control+m");
  await expect.poll(() => editor.mark("save")).toBe("run");
});
