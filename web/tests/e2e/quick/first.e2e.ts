/** The first minute: a picture without reading anything. */

import { expect, inject, test } from "vitest";
import { open, withBrowser } from "../editor.ts";

withBrowser();

test("the first visit shows the template with its loop, and one button makes a picture", async () => {
  const editor = await open();
  await editor.card("denoise").waitFor();
  expect(await editor.card("predict").isVisible()).toBe(true);
  await editor.run();
  await editor.finished("save");
  const picture = editor.picture("save");
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(96);
  // A red circle on a blue background: by its pixels, not by our word.
  const colours = await picture.evaluate((image: HTMLImageElement) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 96;
    const pen = canvas.getContext("2d");
    pen?.drawImage(image, 0, 0);
    const at = (x: number, y: number): number[] =>
      [...(pen?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3);
    return {
      corners: [at(3, 3), at(92, 3), at(3, 92), at(92, 92)],
      all: [...(pen?.getImageData(0, 0, 96, 96).data ?? [])],
    };
  });
  for (const [red = 0, , blue = 0] of colours.corners) expect(blue).toBeGreaterThan(red + 60);
  let reds = 0;
  for (let at = 0; at < colours.all.length; at += 4)
    if ((colours.all[at] ?? 0) > (colours.all[at + 2] ?? 0) + 80) reds++;
  expect(reds).toBeGreaterThan(200);
});

test("another prompt marks what depends on it, before anything runs, and then runs just that", async () => {
  const editor = await open();
  await editor.run();
  await editor.finished("save");
  await expect.poll(() => editor.mark("decode")).toBe("cached");
  expect(await editor.mark("denoise")).toBe("unneeded"); // its value is not even asked for
  await editor.field("positive", "text").fill("a green square on a white background");
  await expect.poll(() => editor.mark("positive")).toBe("run");
  await expect.poll(() => editor.mark("denoise")).toBe("run");
  for (const id of ["negative", "noise"]) expect(await editor.mark(id), id).toBe("cached");
  const asked = editor.page.waitForResponse(
    (response) => response.url().endsWith("/api/runs") && response.request().method() === "POST",
  );
  await editor.run();
  const { runs } = (await (await asked).json()) as { runs: { id: string }[] };
  await editor.finished("denoise");
  await editor.finished("save");
  const run = (await (
    await editor.page.request.get(`${inject("url")}/api/runs/${runs[0]?.id ?? ""}?wait=30`)
  ).json()) as { timings: Record<string, { runs: number }> };
  const ran = Object.entries(run.timings).flatMap(([path, { runs: times }]) =>
    times > 0 ? [path] : [],
  );
  expect(ran).toContain("positive");
  expect(ran).toContain("decode");
  for (const id of ["negative", "empty", "noise"]) expect(ran).not.toContain(id);
});
