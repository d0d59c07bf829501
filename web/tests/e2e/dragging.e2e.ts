/** Nodes dragged near by and from afar: what is seen while the hand moves, and what is left of it. */

import { expect, test } from "vitest";
import type { Editor } from "./editor.ts";
import { open, withBrowser } from "./editor.ts";

withBrowser();

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a node stands, as the clipboard has it. */
async function placeOf(editor: Editor, id: string): Promise<Place> {
  const { view } = JSON.parse(await editor.copied()) as {
    readonly view: { readonly nodes: Record<string, Place> };
  };
  const { x, y } = view.nodes[id] ?? { x: NaN, y: NaN };
  return { x, y };
}

async function grip(editor: Editor, id: string): Promise<Place> {
  const head = await editor.card(id).locator(".card-title").first().boundingBox();
  if (!head) throw new Error(`${id} is not in view.`);
  return { x: head.x + 4, y: head.y + head.height / 2 };
}

/** Takes hold of something: a drag begins with the first move, from which it counts. */
async function take(editor: Editor, { x, y }: Place): Promise<void> {
  const { mouse } = editor.page;
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x + 2, y);
}

/** The pan and zoom of the canvas, and its corner on the screen. */
function camera(editor: Editor): Promise<{ x: number; y: number; zoom: number }> {
  return editor.page.evaluate(() => {
    const view = document.querySelector(".react-flow__viewport") ?? document.body;
    const { a, e, f } = new DOMMatrix(getComputedStyle(view).transform);
    const box = document.querySelector(".react-flow")?.getBoundingClientRect();
    return { x: e + (box?.x ?? 0), y: f + (box?.y ?? 0), zoom: a };
  });
}

/** How far the end of a wire is from the port it arrives at, on the screen. */
async function gap(editor: Editor, wire: string, node: string, port: string): Promise<number> {
  const at = await editor.middle(editor.port(node, port));
  const end = await editor.page.evaluate((key) => {
    const path = document.querySelector<SVGPathElement>(
      `.react-flow__edge[data-id="${key}"] .react-flow__edge-path`,
    );
    const matrix = path?.getScreenCTM();
    if (!path || !matrix) return null;
    const { x, y } = path.getPointAtLength(path.getTotalLength()).matrixTransform(matrix);
    return { x, y };
  }, wire);
  return end ? Math.hypot(end.x - at.x, end.y - at.y) : Infinity;
}

test("a card takes its wires along, and one undo puts it back", async () => {
  const editor = await open();
  const before = await placeOf(editor, "decode");
  const { zoom } = await camera(editor);
  const from = await grip(editor, "decode");
  const { mouse } = editor.page;
  await take(editor, from);
  await mouse.move(from.x + 40, from.y + 90, { steps: 5 });
  await mouse.move(from.x + 40, from.y + 120, { steps: 5 });
  await editor.page.waitForTimeout(100);
  const there = await grip(editor, "decode");
  expect(Math.hypot(there.x - from.x - 40, there.y - from.y - 120)).toBeLessThan(4);
  expect(await gap(editor, "decode.input.latent", "decode", "in.latent")).toBeLessThan(12);
  await mouse.up();
  await editor.page.waitForTimeout(100);
  const left = await grip(editor, "decode");
  expect(Math.hypot(left.x - there.x, left.y - there.y)).toBeLessThan(2);
  const after = await placeOf(editor, "decode");
  expect(Math.abs(after.x - before.x - 40 / zoom)).toBeLessThan(4 / zoom);
  expect(Math.abs(after.y - before.y - 120 / zoom)).toBeLessThan(4 / zoom);
  await editor.focusCanvas();
  await editor.press("Control+z");
  expect(await placeOf(editor, "decode")).toEqual(before);
});

test("a loop takes along what stands in it", async () => {
  const editor = await open();
  const inner = await editor.middle(editor.card("predict"));
  const from = await grip(editor, "denoise");
  const { mouse } = editor.page;
  await take(editor, from);
  await mouse.move(from.x + 10, from.y + 10, { steps: 3 });
  await mouse.move(from.x + 50, from.y - 30, { steps: 5 });
  await editor.page.waitForTimeout(100);
  const moved = await editor.middle(editor.card("predict"));
  expect(Math.hypot(moved.x - inner.x - 50, moved.y - inner.y + 30)).toBeLessThan(4);
  expect(await gap(editor, "predict.input.latent", "predict", "in.latent")).toBeLessThan(12);
  await mouse.up();
  await editor.page.waitForTimeout(100);
  const left = await editor.middle(editor.card("predict"));
  expect(Math.hypot(left.x - moved.x, left.y - moved.y)).toBeLessThan(2);
});

test("a drag that goes out of the canvas pans, and keeps hold of its card", async () => {
  const editor = await open();
  const from = await grip(editor, "decode");
  const before = await camera(editor);
  const box = await editor.page.locator(".react-flow").boundingBox();
  if (!box) throw new Error("There is no canvas.");
  const { mouse } = editor.page;
  await take(editor, from);
  await mouse.move(from.x, box.y + 4, { steps: 8 });
  await editor.page.waitForTimeout(600);
  const edge = await grip(editor, "decode");
  expect(Math.abs(edge.y - box.y - 4)).toBeLessThan(24);
  await mouse.move(from.x, from.y, { steps: 8 });
  await editor.page.waitForTimeout(100);
  const back = await grip(editor, "decode");
  expect(Math.hypot(back.x - from.x, back.y - from.y)).toBeLessThan(4);
  expect(await gap(editor, "decode.input.latent", "decode", "in.latent")).toBeLessThan(12);
  await mouse.up();
  expect((await camera(editor)).y).toBeGreaterThan(before.y);
});

test("from afar a node and a loop are dragged as near by", async () => {
  const editor = await open();
  const before = await placeOf(editor, "decode");
  const loop = await placeOf(editor, "denoise");
  await editor.focusCanvas();
  const far = editor.page.locator(".canvas[data-far]");
  for (let press = 0; press < 20 && (await far.count()) === 0; press++) {
    await editor.press("Alt+-");
    await editor.page.waitForTimeout(250);
  }
  await editor.page.locator(".far-layer").waitFor();
  await editor.page.waitForTimeout(250);
  const { x, y, zoom } = await camera(editor);
  const drag = async (place: Place, by: Place): Promise<void> => {
    const { mouse } = editor.page;
    const from = { x: place.x * zoom + x + 6, y: place.y * zoom + y + 4 };
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + by.x / 2, from.y + by.y / 2, { steps: 4 });
    await mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
    expect(await editor.page.locator(".far-lift path").count()).toBeGreaterThan(1);
    await mouse.up();
    await editor.page.waitForTimeout(100);
    expect(await editor.page.locator(".far-lift path").count()).toBe(0);
  };
  await drag(before, { x: 30, y: 60 });
  const after = await placeOf(editor, "decode");
  expect(Math.abs(after.x - before.x - 30 / zoom)).toBeLessThan(4 / zoom);
  expect(Math.abs(after.y - before.y - 60 / zoom)).toBeLessThan(4 / zoom);
  await drag(loop, { x: -20, y: -40 });
  const gone = await placeOf(editor, "denoise");
  expect(Math.abs(gone.x - loop.x + 20 / zoom)).toBeLessThan(4 / zoom);
  await editor.focusCanvas();
  await editor.press("Control+z", "Control+z");
  expect(await placeOf(editor, "denoise")).toEqual(loop);
  expect(await placeOf(editor, "decode")).toEqual(before);
});
