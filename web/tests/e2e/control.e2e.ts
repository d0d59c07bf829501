/** A ControlNet, put into the open loop by hand: a drawn shape decides the picture. */

import { expect, test } from "vitest";
import type { Editor } from "./editor.ts";
import { open, withBrowser } from "./editor.ts";

withBrowser();

/** Clicks what is offered against the problem that names `port`. */
async function mend(editor: Editor, port: string, offer: string): Promise<void> {
  const row = editor.page.locator(".problem", { hasText: `'${port}'` });
  await row.getByRole("button", { name: offer, exact: true }).click();
}

/** A node of `type` for the input `port` of the selected node, from the palette; it is selected. */
async function provide(editor: Editor, port: string, type: string): Promise<string> {
  const panel = editor.page.locator("[data-inspects]");
  const before = await panel.getAttribute("data-inspects");
  await mend(editor, port, "Add a node for it");
  await editor.choose(type);
  await expect.poll(() => panel.getAttribute("data-inspects")).not.toBe(before);
  await editor.page.waitForTimeout(400); // the canvas glides to it
  return (await panel.getAttribute("data-inspects")) ?? "";
}

test("a ControlNet is put into the loop by hand, and the drawn shape decides the picture", async () => {
  const editor = await open();
  const { page } = editor;
  await editor.field("positive", "text").fill("a yellow shape on a blue background");
  const before = new Set(await editor.ids());
  const predict = (await editor.card("predict").boundingBox()) ?? { x: 0, y: 0, height: 0 };
  await editor.drag(await editor.middle(editor.port("predict", "in.residuals")), {
    x: predict.x + 30,
    y: predict.y + predict.height + 40,
  });
  await editor.choose("ControlNet");
  const follow = await editor.added(before);
  await mend(editor, "latent", "Wire from denoise.latent");
  await mend(editor, "step", "Wire from denoise.item");
  await mend(editor, "conditioning", "Wire from pair.conditioning");
  await provide(editor, "control", "LoadControlNet");
  await editor.card(follow).locator(".card-title").click();
  await provide(editor, "image", "MaskToImage");
  const drawing = await provide(editor, "mask", "DrawMask");
  for (const side of ["width", "height"]) {
    await editor.field(drawing, side).fill("96");
    await editor.press("Enter");
  }
  const panel = page.locator("[data-inspects]");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  const edges = { left: 0.08, top: 0.1, right: 0.48, bottom: 0.5 };
  for (const [edge, share] of Object.entries(edges)) {
    await panel.getByLabel(edge, { exact: true }).fill(String(share));
    await editor.press("Enter");
  }
  await editor.focusCanvas();
  await editor.press("Shift+Digit1"); // all of it is in view again
  await page.waitForTimeout(600);
  await editor.run();
  await editor.finished("save");
  expect(await page.locator("[data-phase=failed]").count()).toBe(0);
  const { inside, outside } = await editor.picture("save").evaluate(yellow, edges);
  expect(inside).toBeGreaterThan(0.8);
  expect(outside).toBeLessThan(0.1);
});

/** The share of yellow pixels in the drawn box and around it, two pixels at its edges aside. */
function yellow(
  image: HTMLImageElement,
  edges: { left: number; top: number; right: number; bottom: number },
): { inside: number; outside: number } {
  const canvas = document.createElement("canvas");
  const side = (canvas.width = canvas.height = image.naturalWidth);
  const pen = canvas.getContext("2d");
  pen?.drawImage(image, 0, 0);
  const bytes = pen?.getImageData(0, 0, side, side).data ?? [];
  const found = { inside: [0, 0], outside: [0, 0] };
  for (let at = 0; at < side * side; at++) {
    const [x, y] = [at % side, Math.floor(at / side)];
    const depth = Math.min(
      x - edges.left * side,
      edges.right * side - x,
      y - edges.top * side,
      edges.bottom * side - y,
    );
    if (Math.abs(depth) < 3) continue;
    const [red = 0, green = 0, blue = 0] = bytes.slice(at * 4, at * 4 + 3);
    const counts = found[depth > 0 ? "inside" : "outside"];
    counts[0] = (counts[0] ?? 0) + Number(red > blue + 60 && green > blue + 60);
    counts[1] = (counts[1] ?? 0) + 1;
  }
  const share = ([hits = 0, all = 1]: number[]): number => hits / all;
  return { inside: share(found.inside), outside: share(found.outside) };
}
