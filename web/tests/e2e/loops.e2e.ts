/** The loop, rewired by hand: nodes put into it, muted, bypassed, cancelled, watched, folded. */

import { expect, test } from "vitest";
import type { Editor } from "./editor.ts";
import { open, withBrowser } from "./editor.ts";

withBrowser();

interface Clip {
  readonly nodes: Record<
    string,
    { readonly body?: Record<string, unknown>; readonly mode?: string }
  >;
}

async function bodyOf(editor: Editor, loop: string): Promise<string[]> {
  const { nodes } = JSON.parse(await editor.copied()) as Clip;
  return Object.keys(nodes[loop]?.body ?? {});
}

/** A free spot in the body of a loop. */
async function inside(editor: Editor): Promise<{ x: number; y: number }> {
  const predict = await editor.card("predict").boundingBox();
  const guide = await editor.card("guide").boundingBox();
  if (!predict || !guide) throw new Error("The loop is not drawn.");
  return { x: guide.x + guide.width / 2, y: predict.y + predict.height };
}

test("a second UNetDenoise, put into the loop by hand and wired, runs", async () => {
  const editor = await open();
  const before = new Set(await editor.ids());
  const place = await inside(editor);
  await editor.drag(await editor.middle(editor.port("model", "out.unet")), place);
  await editor.choose("UNetDenoise");
  const id = await editor.added(before);
  expect(await bodyOf(editor, "denoise")).toContain(id);
  await editor.wire(editor.port("denoise", "turn.latent"), editor.port(id, "in.latent"));
  await editor.wire(editor.port("denoise", "turn.item"), editor.port(id, "in.step"));
  await editor.wire(
    editor.port("negative", "out.conditioning"),
    editor.port(id, "in.conditioning"),
  );
  await editor.wire(editor.port(id, "out.prediction"), editor.port("guide", "in.uncond"));
  const wires = await editor.wires();
  for (const port of ["unet", "latent", "step", "conditioning"])
    expect(wires).toContain(`${id}.input.${port}`);
  expect(wires).toContain("guide.input.uncond");
  await editor.run();
  await editor.finished("save");
  expect(await editor.card(id).locator(".chip-kept").innerText()).toMatch(/\d m?s/); // it ran, in every turn
  expect(await editor.page.locator("[data-phase=failed]").count()).toBe(0);
});

test("a node is dragged into the loop and out again", async () => {
  const editor = await open();
  const id = await editor.add("Compare");
  const head = (await editor.card(id).locator(".card-title").boundingBox()) ?? {
    x: 0,
    y: 0,
    width: 0,
    height: 0,
  };
  const grip = { x: head.x + 6, y: head.y + head.height / 2 };
  await editor.drag(grip, await inside(editor));
  expect(await bodyOf(editor, "denoise")).toContain(id);
  await editor.focusCanvas();
  await editor.press("Control+z");
  expect(await bodyOf(editor, "denoise")).not.toContain(id);
});

test("a muted node is not run, a bypassed one hands on what it got", async () => {
  const editor = await open();
  const ids = new Set(await editor.ids());
  await editor.drag(await editor.middle(editor.port("decode", "out.image")), await editor.ground());
  await editor.choose("PreviewImage");
  const preview = await editor.added(ids);
  await editor.card(preview).locator(".card-title").click();
  await editor.press("Control+m");
  expect(await editor.card(preview).getAttribute("data-mode")).toBe("mute");
  const now = new Set(await editor.ids());
  await editor.drag(await editor.middle(editor.port("decode", "out.image")), await editor.ground());
  await editor.choose("ImageResize");
  const resize = await editor.added(now);
  await editor.field(resize, "width").fill("32");
  await editor.press("Enter");
  await editor.wire(editor.port(resize, "out.image"), editor.port("save", "in.image"));
  await editor.card(resize).locator(".card-title").click();
  await editor.press("Control+b");
  expect(await editor.card(resize).getAttribute("data-mode")).toBe("bypass");
  await editor.run();
  await editor.finished("save");
  expect(await editor.card(preview).getAttribute("data-phase")).not.toBe("done");
  await expect
    .poll(() => editor.picture("save").evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(96);
});

test("cancel ends the run within the loop; the next run goes on from the last kept turn", async () => {
  const editor = await open();
  await editor.field("schedule", "steps").fill("400");
  await editor.press("Enter");
  await editor.run();
  await editor
    .card("denoise")
    .locator(".chip-run")
    .filter({ hasText: /\d\d\/400/ })
    .waitFor({ timeout: 150_000 });
  await editor.page.getByRole("button", { name: "Cancel" }).click();
  await expect
    .poll(() => editor.card("denoise").getAttribute("data-phase"), { timeout: 15_000 })
    .not.toBe("running");
  expect(await editor.card("save").getAttribute("data-phase")).not.toBe("done");
});

test("over 200 frames of preview the memory stays level", async () => {
  const editor = await open();
  await editor.field("schedule", "steps").fill("220");
  await editor.press("Enter");
  await editor.page.evaluate(() => {
    const shown = new Set<string>();
    Object.assign(window, { shown });
    new MutationObserver(() => {
      const picture = document.querySelector<HTMLImageElement>(
        '.react-flow__node[data-id="denoise"] .frame-picture img',
      );
      if (picture) shown.add(picture.src);
    }).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["src"],
    });
  });
  const heap = (): Promise<number> =>
    editor.page.evaluate(
      () =>
        (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    );
  await editor.run();
  await editor.picture("denoise").waitFor({ timeout: 100_000 });
  const start = await heap();
  await editor.finished("save", 170);
  const shown = await editor.page.evaluate(
    () => (window as unknown as { shown: Set<string> }).shown.size,
  );
  expect(shown).toBeGreaterThan(5);
  expect((await heap()) - start).toBeLessThan(40e6);
});

test("any turn of the loop shows the picture it had come to", async () => {
  const editor = await open();
  // A loop that no other scenario has run: of one that was found kept, turns may be gone.
  await editor.field("schedule", "steps").fill("21");
  await editor.press("Enter");
  await editor.run();
  await editor.finished("save");
  const bar = await editor.card("denoise").locator(".timeline-bar").boundingBox();
  if (!bar) throw new Error("The loop has no timeline.");
  await editor.page.mouse.click(bar.x + bar.width * 0.7, bar.y + bar.height / 2);
  const shown = editor.page.locator(".turn-view img");
  await shown.waitFor({ timeout: 30_000 });
  // A red circle on a blue background, seen in a latent that is two thirds done.
  const seen = await shown.evaluate((image: HTMLImageElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 3;
    const pen = canvas.getContext("2d");
    pen?.drawImage(image, 0, 0, 3, 3);
    const at = (x: number, y: number): number[] => [...(pen?.getImageData(x, y, 1, 1).data ?? [])];
    return { corner: at(0, 0), middle: at(1, 1) };
  });
  expect(seen.corner[2]).toBeGreaterThan((seen.corner[0] ?? 255) + 40);
  expect(seen.middle[0]).toBeGreaterThan((seen.middle[2] ?? 255) + 40);
  const live = editor.picture("denoise");
  expect(await live.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(96);
});

test("the loop folds into a sampler, opens by double-click, and expands to what it was", async () => {
  const editor = await open();
  const before = await editor.copied();
  await editor.card("denoise").locator(".card-title").click({ button: "right" });
  await editor.page.getByRole("menuitem", { name: "Fold the loop into a sampler" }).click();
  const id = (await editor.ids()).find((one) => one.includes("sampler")) ?? "";
  expect(id).not.toBe("");
  await editor.card(id).locator(".card-title").dblclick();
  await editor.page.locator(".crumbs").waitFor();
  await editor.card("predict").waitFor();
  await editor.page.locator(".crumbs button").click();
  await editor.card(id).locator(".card-title").click({ button: "right" });
  await editor.page.getByRole("menuitem", { name: /Open the loop/ }).click();
  await editor.card("denoise").waitFor();
  const nodes = (text: string): unknown => (JSON.parse(text) as { nodes: unknown }).nodes;
  expect(nodes(await editor.copied())).toEqual(nodes(before));
});
