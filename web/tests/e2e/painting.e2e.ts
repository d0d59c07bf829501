/** A mask painted by hand: over the picture, into a file, and what the run makes of it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { open, withBrowser } from "./editor.ts";
import type { At, Editor } from "./editor.ts";

withBrowser();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIDE = 96;

/** A red disc on blue, as the demo model paints it. */
async function disc(page: Page): Promise<Buffer> {
  const text = await page.evaluate(async (side) => {
    const canvas = new OffscreenCanvas(side, side);
    const pen = canvas.getContext("2d");
    if (!pen) return "";
    pen.fillStyle = "rgb(40, 60, 200)";
    pen.fillRect(0, 0, side, side);
    pen.fillStyle = "rgb(210, 40, 40)";
    pen.arc(side / 2, side / 2, side / 4, 0, 7);
    pen.fill();
    const bytes = await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
    return btoa(String.fromCharCode(...new Uint8Array(bytes)));
  }, SIDE);
  return Buffer.from(text, "base64");
}

/** Red, green, blue and alpha of every pixel, as the browser reads the file. */
function pixels(page: Page, address: string): Promise<number[]> {
  return page.evaluate(async (url) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen?.drawImage(image, 0, 0);
    return [...(pen?.getImageData(0, 0, image.width, image.height).data ?? [])];
  }, address);
}

async function opened(path: string): Promise<Editor> {
  const editor = await open({ path });
  const picture = await disc(editor.page);
  const { mouse } = editor.page;
  const { x, y } = await editor.ground();
  await mouse.move(x, y); // the pictures stand left of what is shown first
  await mouse.down({ button: "middle" });
  await mouse.move(x + 420, y, { steps: 4 });
  await mouse.up({ button: "middle" });
  await editor.card("picture").waitFor();
  await choose(editor.card("picture"), picture);
  await editor.card("picture").locator(".image-drop img").waitFor();
  return editor;
}

async function choose(card: Locator, buffer: Buffer): Promise<void> {
  await card
    .locator(".image-field input[type=file]")
    .setInputFiles({ name: "disc.png", mimeType: "image/png", buffer });
}

async function painter(editor: Editor, id = "hole"): Promise<Locator> {
  await editor
    .card(id)
    .getByRole("button", { name: /^Paint/ })
    .click();
  const dialog = editor.page.getByRole("dialog", { name: /^Paint/ });
  await dialog.locator(".mask-sheet").waitFor();
  return dialog;
}

/** Where a pixel of the picture is on the screen. */
async function shown(dialog: Locator, x: number, y: number): Promise<At> {
  const box = await dialog.locator(".mask-sheet").boundingBox();
  if (!box) throw new Error("The painter shows no picture.");
  return { x: box.x + (x / SIDE) * box.width, y: box.y + (y / SIDE) * box.height };
}

/** Uses the mask, and gives the file's address once it is sent. */
async function used(editor: Editor, dialog: Locator): Promise<string> {
  const sent = editor.page.waitForResponse(
    (answer) => answer.url().endsWith("/api/uploads") && answer.request().method() === "POST",
  );
  await dialog.getByRole("button", { name: "Use this mask" }).click();
  const { hash } = (await (await sent).json()) as { hash: string };
  await dialog.waitFor({ state: "detached" });
  return `${inject("url")}/api/uploads/${hash}`;
}

/** The address of the picture that a run saves; waits for it. */
async function picture(run: string): Promise<string> {
  for (let tries = 0; tries < 8; tries++) {
    const answer = await fetch(`${inject("url")}/api/runs/${run}?wait=20`);
    const { artifacts } = (await answer.json()) as { artifacts: { url: string }[] };
    if (artifacts[0]) return artifacts[0].url;
  }
  throw new Error("The run saves no picture.");
}

const chosen = (editor: Editor): Promise<number> =>
  editor.card("hole").locator(".image-drop img").count();

test("a stroke over the picture becomes the mask's file, one step to undo, and the run keeps to it", async () => {
  const editor = await opened("/?open=inpaint-4");
  const { page } = editor;
  const dialog = await painter(editor);
  expect(await dialog.getByRole("combobox").inputValue()).toBe("graph");
  for (let n = 0; n < 9; n++) await page.keyboard.press("]");
  await editor.drag(await shown(dialog, 24, 24), await shown(dialog, 72, 24));
  await editor.drag(await shown(dialog, 48, 80), await shown(dialog, 50, 80));
  await page.keyboard.press("Control+z"); // of the painter: the second stroke alone
  const address = await used(editor, dialog);

  const file = Buffer.from(await (await fetch(address)).arrayBuffer());
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([SIDE, SIDE]);
  expect([...file.subarray(24, 26)]).toEqual([8, 0]); // 8 bits, grey
  const mask = await pixels(page, address);
  const grey = (x: number, y: number): number => mask[4 * (y * SIDE + x)] ?? Number.NaN;
  for (const x of [20, 24, 48, 72, 76]) expect(grey(x, 24), `at ${x}, 24`).toBe(255);
  for (const [x, y] of [
    [48, 2],
    [48, 46],
    [2, 24],
    [94, 24],
    [48, 80],
  ] as const)
    // prettier-ignore
    expect(grey(x, y), `at ${x}, ${y}`).toBe(0);

  await expect.poll(() => chosen(editor)).toBe(1);
  await editor.focusCanvas();
  await editor.press("Control+z");
  await expect.poll(() => chosen(editor)).toBe(0);
  expect(await editor.card("picture").locator(".image-drop img").count()).toBe(1);
  await editor.press("Control+Shift+z");
  await expect.poll(() => chosen(editor)).toBe(1);

  await editor.field("positive", "text").fill("a green hexagon on a black background");
  const asked = page.waitForResponse(
    (answer) => answer.url().endsWith("/api/runs") && answer.request().method() === "POST",
  );
  await editor.run();
  const { runs } = (await (await asked).json()) as { runs: { id: string }[] };
  const made = await pixels(page, inject("url") + (await picture(runs[0]?.id ?? "")));
  const small = await editor.card("picture").locator(".image-drop img").getAttribute("src");
  const base = await pixels(page, inject("url") + (small ?? "").replace(/\/thumbnail.*/, ""));
  expect(made.length).toBe(base.length);
  const apart = (within: (x: number, y: number) => boolean): number => {
    let sum = 0;
    let count = 0;
    for (let at = 0; at < made.length; at++) {
      const pixel = at >> 2;
      if (at % 4 === 3 || !within(pixel % SIDE, Math.floor(pixel / SIDE))) continue;
      sum += Math.abs((made[at] ?? 0) - (base[at] ?? 0));
      count++;
    }
    return sum / count;
  };
  const inside = apart((x, y) => grey(x, y) === 255);
  // The decoder gives no picture back quite as it was; a latent pixel is eight of the picture wide, and the decoder sees its neighbours.
  const outside = apart((_, y) => y > 60);
  expect(outside).toBeLessThan(16);
  expect(inside).toBeGreaterThan(2.5 * outside);
});

test("painting again begins with the mask that is there; leaving asks only where something would be lost", async () => {
  const editor = await opened("/?open=inpaint-4");
  const { page } = editor;
  let dialog = await painter(editor);
  await page.keyboard.press("Escape"); // nothing painted: nothing asked
  await dialog.waitFor({ state: "detached" });

  dialog = await painter(editor);
  await page.keyboard.press("r");
  await editor.drag(await shown(dialog, 10, 10), await shown(dialog, 40, 30));
  const first = await used(editor, dialog);
  dialog = await painter(editor);
  await page.keyboard.press("i");
  await page.keyboard.press("Escape");
  await dialog.getByRole("alertdialog").waitFor();
  await page.keyboard.press("Escape");
  await dialog.getByRole("alertdialog").waitFor({ state: "detached" });
  const second = await used(editor, dialog);
  const [one, other] = [await pixels(page, first), await pixels(page, second)];
  expect(one[4 * (20 * SIDE + 20)]).toBe(255);
  expect(other.filter((_, at) => at % 4 === 0)).toEqual(
    one.filter((_, at) => at % 4 === 0).map((value) => 255 - value),
  );

  dialog = await painter(editor);
  await page.keyboard.press("Delete");
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Throw it away" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await editor.card("hole").locator(".image-drop img").getAttribute("src")).toContain(
    second.split("/").at(-1) ?? "?",
  );
});

test("by keys alone, with nothing that axe finds serious", async () => {
  const editor = await opened("/?open=inpaint-4");
  const { page } = editor;
  await editor
    .card("hole")
    .getByRole("button", { name: /^Paint/ })
    .focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Paint/ });
  const stage = dialog.getByRole("application");
  await stage.waitFor();
  for (let n = 0; n < 40; n++) {
    if (await stage.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter"); // down, in the middle
  for (let n = 0; n < 8; n++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter"); // and up
  for (const theme of ["dark", "light", "contrast"]) {
    await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
    await page.evaluate(AXE);
    const found = await page.evaluate(() =>
      (window as unknown as { axe: { run: (within: string) => Promise<AxeResults> } }).axe.run(
        ".dialog",
      ),
    );
    const serious = found.violations.filter(
      ({ impact }) => impact === "serious" || impact === "critical",
    );
    expect(serious.map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
  }
  const sent = page.waitForResponse((answer) => answer.url().endsWith("/api/uploads"));
  await page.keyboard.press("Control+Enter");
  const { hash } = (await (await sent).json()) as { hash: string };
  const mask = await pixels(page, `${inject("url")}/api/uploads/${hash}`);
  const grey = (x: number, y: number): number => mask[4 * (y * SIDE + x)] ?? Number.NaN;
  expect([grey(48, 48), grey(60, 48), grey(30, 48), grey(60, 20)]).toEqual([255, 255, 0, 0]);
});

test("a cutout keeps the picture's colours where it is made transparent", async () => {
  const editor = await opened("/?open=inpaint-4");
  const { page } = editor;
  const before = await editor
    .card("picture")
    .getByRole("button", { name: /^Paint/ })
    .count();
  expect(before).toBe(0); // nobody reads its mask yet
  await editor.wire(editor.port("picture", "out.mask"), editor.port("fit", "in.mask"));
  const dialog = await painter(editor, "picture");
  await page.keyboard.press("r");
  await editor.drag(await shown(dialog, 40, 40), await shown(dialog, 56, 56));
  const address = await used(editor, dialog);
  const file = Buffer.from(await (await fetch(address)).arrayBuffer());
  expect([...file.subarray(24, 26)]).toEqual([8, 6]); // 8 bits, colours and alpha
  // Painted again it is the same picture, the mask still in it.
  const again = await painter(editor, "picture");
  const canvas = again.locator(".mask-sheet canvas");
  const colours = await canvas.first().evaluate((element: HTMLCanvasElement) => {
    const at = (x: number, y: number): number[] => [
      ...(element.getContext("2d")?.getImageData(x, y, 1, 1).data ?? []),
    ];
    return [at(48, 48), at(5, 5)];
  });
  expect(colours).toEqual([
    [210, 40, 40, 255],
    [40, 60, 200, 255],
  ]);
  const painted = await canvas.last().evaluate((element: HTMLCanvasElement) => {
    const at = (x: number, y: number): number | undefined =>
      element.getContext("2d")?.getImageData(x, y, 1, 1).data[3];
    return [at(48, 48), at(5, 5)];
  });
  expect(painted).toEqual([255, 0]);
});

test("on a phone a finger paints, and two move the picture", async () => {
  const editor = await open({
    width: 390,
    height: 844,
    touch: true,
    path: "/?app=inpaint-4",
    app: true,
  });
  const { page } = editor;
  const form = page.getByRole("form");
  await form
    .locator(".image-field input[type=file]")
    .first()
    .setInputFiles({ name: "disc.png", mimeType: "image/png", buffer: await disc(page) });
  await form.locator(".image-drop img").first().waitFor();
  await form.getByRole("button", { name: "Paint: Mask" }).tap();
  const dialog = page.getByRole("dialog", { name: /^Paint/ });
  await dialog.locator(".mask-sheet").waitFor();
  const session = await page.context().newCDPSession(page);
  const touch = async (
    type: "touchStart" | "touchMove" | "touchEnd",
    points: readonly At[],
  ): Promise<void> => {
    const touchPoints = points.map(({ x, y }, id) => ({ x, y, id }));
    await session.send("Input.dispatchTouchEvent", { type, touchPoints });
  };
  const [from, to] = [await shown(dialog, 20, 48), await shown(dialog, 76, 48)];
  await touch("touchStart", [from]);
  await touch("touchMove", [to]);
  await touch("touchEnd", []);
  // A second finger: the begun stroke was none, the picture grows.
  const wide = (await dialog.locator(".mask-sheet").boundingBox())?.width ?? 0;
  const [left, right] = [await shown(dialog, 40, 20), await shown(dialog, 56, 20)];
  await touch("touchStart", [left]);
  await touch("touchStart", [left, right]);
  await touch("touchMove", [{ ...left, x: left.x - 30 }, right]);
  await touch("touchMove", [
    { ...left, x: left.x - 30 },
    { ...right, x: right.x + 30 },
  ]);
  await touch("touchEnd", []);
  expect((await dialog.locator(".mask-sheet").boundingBox())?.width).toBeGreaterThan(wide * 1.3);
  const address = await used(editor, dialog);
  const mask = await pixels(page, address);
  const grey = (x: number, y: number): number => mask[4 * (y * SIDE + x)] ?? Number.NaN;
  expect([grey(20, 48), grey(48, 48), grey(76, 48)]).toEqual([255, 255, 255]);
  expect([grey(40, 20), grey(56, 20)]).toEqual([0, 0]);
  const out = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(out).toBeLessThanOrEqual(0);
});
