/** Without a mouse, for a screen reader, on a phone. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { open, withBrowser } from "./editor.ts";

withBrowser();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds serious or worse, as lines to read. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .map((node) => node.target.join(" "))
          .slice(0, 4)
          .join("; ")}`,
    );
}

test.each(["dark", "light", "contrast"])("axe finds nothing serious, theme %s", async (theme) => {
  const editor = await open();
  await editor.page.evaluate((name) => (document.documentElement.dataset.theme = name), theme);
  await editor.add("Curve");
  expect(await serious(editor.page)).toEqual([]);
  await editor.focusCanvas();
  await editor.press("Shift+A");
  expect(await serious(editor.page)).toEqual([]);
});

test("by keyboard only: a node is added, wired, its value typed, and run", async () => {
  const editor = await open();
  await editor.focusCanvas();
  const ids = new Set(await editor.ids());
  await editor.press("Shift+A");
  await editor.page.keyboard.type("ImageResize");
  await editor.press("Enter");
  const id = await editor.added(ids);
  await editor.focusCanvas();
  await editor.press("w");
  await editor.page.keyboard.type("image");
  await editor.press("Enter");
  await editor.page.keyboard.type("decode");
  await editor.press("Enter");
  await expect.poll(() => editor.wires()).toContain(`${id}.input.image`);
  await editor.focusCanvas();
  await editor.press("Enter");
  await expect
    .poll(() =>
      editor.page.evaluate(() =>
        document.activeElement?.closest(".react-flow__node")?.getAttribute("data-id"),
      ),
    )
    .toBe(id);
  await editor.page.keyboard.type("64");
  await editor.press("Enter", "Control+Enter");
  await editor.finished("save");
});

test("from node to node by arrows, each one said aloud", async () => {
  const editor = await open();
  await editor.focusCanvas();
  await editor.press("ArrowRight");
  await expect.poll(() => editor.said()).toMatch(/LoadModel model/);
  await editor.press("Control+ArrowRight");
  await expect.poll(() => editor.said()).toMatch(/positive|negative/);
});

test("two taps make a wire on a touch screen, and a long press opens the menu", async () => {
  const editor = await open({ width: 1000, height: 800, touch: true });
  await editor.port("negative", "out.conditioning").tap();
  await editor.port("pair", "in.cond").tap();
  const clip = async (): Promise<string> => {
    const { nodes } = JSON.parse(await editor.copied()) as {
      nodes: Record<string, { inputs: Record<string, string> }>;
    };
    return nodes.pair?.inputs.cond ?? "";
  };
  expect(await clip()).toBe("negative.conditioning");
  const box = await editor.card("decode").locator(".card-head").boundingBox();
  const session = await editor.page.context().newCDPSession(editor.page);
  const point = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + 8 };
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
  await editor.page.getByRole("menuitem", { name: "Mute" }).waitFor();
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
});
