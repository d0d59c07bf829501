/** Nodes added and wires made by mouse: what fits, what is refused, what undo brings back. */

import { expect, test } from "vitest";
import { open, withBrowser } from "../editor.ts";

withBrowser();

test("a node is added by double-click, by Space, and from the library", async () => {
  const editor = await open();
  const byMouse = await editor.add("KSampler");
  expect(byMouse).not.toBe("");
  const before = new Set(await editor.ids());
  const ground = await editor.ground();
  await editor.page.mouse.move(ground.x, ground.y);
  await editor.focusCanvas();
  await editor.press("Space");
  await editor.choose("curve");
  await editor.added(before);
  await editor.press("Escape", "n");
  const row = editor.page.locator(".library-row", { hasText: "ImageGrid" });
  const now = new Set(await editor.ids());
  const to = await editor.ground();
  const canvas = await editor.page.locator(".react-flow__pane").boundingBox();
  await row.dragTo(editor.page.locator(".react-flow__pane"), {
    targetPosition: { x: to.x - (canvas?.x ?? 0), y: to.y - (canvas?.y ?? 0) },
  });
  expect(await editor.added(now)).toContain("grid");
});

test("a wire dropped on the ground offers what fits; one undo takes node and wire away", async () => {
  const editor = await open();
  const wires = await editor.wires();
  const ids = new Set(await editor.ids());
  await editor.drag(await editor.middle(editor.port("decode", "out.image")), await editor.ground());
  await editor.choose("resize");
  const id = await editor.added(ids);
  expect(await editor.wires()).toContain(`${id}.input.image`);
  await editor.focusCanvas();
  await editor.press("Control+z");
  await expect.poll(() => editor.ids()).toHaveLength(ids.size);
  expect(await editor.wires()).toEqual(wires);
});

test("a wrong wire is refused with a sentence, and one click inserts what converts", async () => {
  const editor = await open();
  const ids = new Set(await editor.ids());
  const picture = await editor.add("LoadImage");
  const later = new Set([...ids, picture]);
  await editor.wire(editor.port(picture, "out.image"), editor.port("noise", "in.latent"));
  const said = editor.page.locator(".refused");
  expect(await said.innerText()).toMatch(/Latent.*Image|Image.*Latent/s);
  expect(await editor.page.locator("[aria-live]").allInnerTexts()).toContainEqual(
    expect.stringMatching(/Image/),
  );
  await said.getByRole("button", { name: /VAEEncode/ }).click();
  const made = await editor.added(later);
  await expect.poll(() => editor.wires()).toContain(`${made}.input.image`);
  await expect.poll(() => editor.wires()).toContain("noise.input.latent");
});

test("a cycle is refused, with its path", async () => {
  const editor = await open();
  const first = await editor.add("ImageResize");
  await editor.wire(editor.port("decode", "out.image"), editor.port(first, "in.image"));
  await editor.drag(await editor.middle(editor.port(first, "out.image")), await editor.ground());
  const ids = new Set(await editor.ids());
  await editor.choose("ImageResize");
  const second = await editor.added(ids);
  await editor.wire(editor.port(second, "out.image"), editor.port(first, "in.image"));
  const said = await editor.page.locator(".refused").innerText();
  expect(said).toContain(first);
  expect(said).toContain(second);
  expect(said).toMatch(/cycle|itself|circle/i);
});

test("a wire on an occupied input replaces the old one; undo brings it back", async () => {
  const editor = await open();
  const source = async (): Promise<string> => {
    const { nodes } = JSON.parse(await editor.copied()) as {
      nodes: Record<string, { inputs: Record<string, string> }>;
    };
    return nodes.pair?.inputs.cond ?? "";
  };
  expect(await source()).toBe("positive.conditioning");
  await editor.wire(editor.port("negative", "out.conditioning"), editor.port("pair", "in.cond"));
  expect(await source()).toBe("negative.conditioning");
  await editor.focusCanvas();
  await editor.press("Control+z");
  expect(await source()).toBe("positive.conditioning");
});

test("ten mixed edits, ten undos, ten redos: the same graph", async () => {
  const editor = await open();
  const before = await editor.copied();
  await editor.field("positive", "text").fill("a star"); // 1
  await editor.focusCanvas();
  const curve = await editor.add("Curve"); // 2
  await editor.press("Control+m"); // 3
  await editor.press("Control+d"); // 4
  await editor.press("ArrowRight"); // 5
  await editor.press("Delete"); // 6
  await editor.card("decode").locator(".card-title").click();
  await editor.press("Alt+c"); // 7
  await editor.card("save").locator(".card-title").click();
  await editor.press("p"); // 8
  await editor.wire(editor.port("negative", "out.conditioning"), editor.port("pair", "in.cond")); // 9
  await editor.card(curve).locator(".card-title").click();
  await editor.press("Control+g"); // 10
  const after = await editor.copied();
  expect(after).not.toBe(before);
  await editor.focusCanvas();
  await editor.press(...Array.from({ length: 10 }, () => "Control+z"));
  expect(await editor.copied()).toBe(before);
  await editor.focusCanvas();
  await editor.press(...Array.from({ length: 10 }, () => "Control+y"));
  expect(await editor.copied()).toBe(after);
});
