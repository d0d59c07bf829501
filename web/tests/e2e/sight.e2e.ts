/** What is seen of a graph: nothing over what is to be read, and all of it when asked. */

import { expect, test } from "vitest";
import { open, textToImage, withBrowser } from "./editor.ts";

withBrowser();

test("no wire is drawn over a card, nor behind the frame of the loop that it runs in", async () => {
  const editor = await open();
  const heights = await editor.page.evaluate(() => {
    const of = (selector: string): number[] =>
      [...document.querySelectorAll(selector)].map((one) => Number(getComputedStyle(one).zIndex));
    const [wire] = of("svg:has(> [data-id='predict.input.unet'])");
    return {
      cards: of(".react-flow__node-card"),
      wires: of(".react-flow__edges > svg"),
      frame: of(".react-flow__node-frame"),
      wire,
    };
  });
  expect(heights.wires.length).toBeGreaterThan(10);
  expect(Math.min(...heights.cards)).toBeGreaterThan(Math.max(...heights.wires));
  expect(heights.wire).toBeGreaterThan(Math.max(...heights.frame));
});

test("after the first run on a small screen the map gives way to the picture", async () => {
  const editor = await open({ width: 1280, height: 720 });
  const { page } = editor;
  await editor.dropGraph(textToImage({ seed: 1280 })); // of which nothing is kept, nor shown
  await page.locator(".minimap canvas").waitFor();
  await editor.run();
  await editor.finished("save");
  await editor.picture("save").waitFor();
  const way = page.locator("button.minimap-folded");
  await way.waitFor();
  const hidden = await editor.picture("save").evaluate((picture) => {
    const box = picture.getBoundingClientRect();
    const at = (x: number, y: number): boolean =>
      document.elementFromPoint(x, y)?.closest(".minimap") !== null;
    return at(box.right - 2, box.bottom - 2) || at(box.left + 2, box.bottom - 2);
  });
  expect(hidden).toBe(false);
  await way.click(); // and comes back for whoever wants it
  await page.locator(".minimap canvas").waitFor();
});

test("200 nodes without wires are laid out as a window is, and all of them can be shown", async () => {
  const editor = await open();
  const { page } = editor;
  const nodes = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`n${at}`, { type: "TextEncode" }]),
  );
  await editor.dropGraph({ format: 1, nodes });
  await editor.press("Control+Shift+L", "Shift+1");
  await page.waitForTimeout(800);
  const zoom = await page
    .locator(".react-flow__viewport")
    .evaluate((view) => new DOMMatrix(getComputedStyle(view).transform).a);
  expect(zoom).toBeGreaterThan(0.1); // one column would need a twentieth of that
});

test("however large a graph is, all of it can be shown", async () => {
  const editor = await open();
  const { page } = editor;
  const nodes = { near: { type: "Number" }, far: { type: "Number" } };
  const view = { nodes: { near: { x: 0, y: 0 }, far: { x: 0, y: 60_000 } } };
  await editor.dropGraph({ format: 1, nodes, ...{ view } });
  await editor.press("Shift+1");
  await page.waitForTimeout(800);
  const [top, bottom, height] = await page.locator(".react-flow__viewport").evaluate((element) => {
    const { a, f } = new DOMMatrix(getComputedStyle(element).transform);
    const room = element.closest(".react-flow")?.clientHeight ?? 0;
    return [f, f + 60_000 * a, room] as const;
  });
  expect(top).toBeGreaterThanOrEqual(0);
  expect(bottom).toBeLessThanOrEqual(height);
});

test("what is said of an unknown node lies below its ports, whole in its tooltip", async () => {
  const editor = await open();
  const type = `acme:${"Weird".repeat(16)}`;
  await editor.dropGraph({ format: 1, nodes: { odd: { type, params: { one: 1, two: 2 } } } });
  const card = editor.card("odd");
  const said = card.locator(".card-unknown");
  await said.waitFor();
  const [rows, text] = await Promise.all([
    card
      .locator(".card-row")
      .evaluateAll((all) => all.map((row) => row.getBoundingClientRect().bottom)),
    said.boundingBox(),
  ]);
  const whole = await card.boundingBox();
  expect(rows).toHaveLength(2);
  expect(text?.y).toBeGreaterThanOrEqual(Math.max(...rows));
  expect((text?.y ?? 0) + (text?.height ?? 0)).toBeLessThanOrEqual(
    (whole?.y ?? 0) + (whole?.height ?? 0),
  );
  expect(await said.getAttribute("title")).toContain(type);
});
