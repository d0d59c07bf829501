/** While the hand zooms, and when it rests: what is seen of the cards. */

import type { Page } from "playwright-core";
import { beforeAll, expect, inject, test } from "vitest";
import { COUNT, graphFile, placed } from "../perf/largegraph.ts";
import { openIn, profile, withBrowser } from "./editor.ts";
import type { Editor } from "./editor.ts";

withBrowser();

/** Within so many frames of a zoom's end every card in view is there: some seconds on a slow machine. */
const FRAMES = 90;
const WIDE = 240;

interface Seen {
  readonly zoom: number;
  /** Nodes in view that are neither mounted nor drawn. */
  readonly blank: readonly string[];
  readonly mounted: number;
  readonly drawn: number;
}

beforeAll(async () => {
  await fetch(`${inject("url")}/api/graphs/zooming`, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-none-match": "*" },
    body: JSON.stringify({ graph: graphFile() }),
  });
});

async function openLarge(): Promise<Editor> {
  const editor = await openIn(await profile(), "/?open=zooming", true);
  await editor.page.locator(".far-layer").waitFor();
  await editor.page.waitForLoadState("networkidle");
  return editor;
}

/** Looks at each frame from now on; `window.seen` has what was there. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(
    ({ nodes, wide }) => {
      const seen: Seen[] = [];
      Object.assign(window, { seen, watching: true });
      const flow = document.querySelector(".react-flow") ?? document.body;
      /** Whether a card's head is drawn: its ground, and letters that stand out from it. */
      const isDrawn = (x: number, y: number, zoom: number): boolean => {
        const canvas = document.querySelector<HTMLCanvasElement>(".far-layer");
        const pen = canvas?.getContext("2d");
        if (!canvas || !pen) return false;
        const box = canvas.getBoundingClientRect();
        const scale = canvas.width / box.width;
        const [left, top] = [(x + 29 * zoom - box.x) * scale, (y + 8 * zoom - box.y) * scale];
        const [width, height] = [60 * zoom * scale, 18 * zoom * scale];
        const { data } = pen.getImageData(left, top, Math.max(1, width), Math.max(1, height));
        let [low, high] = [255, 0];
        for (let at = 0; at < data.length; at += 4) {
          if ((data[at + 3] ?? 0) < 200) return false;
          low = Math.min(low, data[at] ?? 0);
          high = Math.max(high, data[at] ?? 0);
        }
        return high - low > 60;
      };
      const look = (): void => {
        const { a, e, f } = new DOMMatrix(
          getComputedStyle(document.querySelector(".react-flow__viewport") ?? flow).transform,
        );
        const pane = flow.getBoundingClientRect();
        if (a >= 0.4) {
          const titles = new Set(
            [...document.querySelectorAll(".react-flow__node")]
              .filter((node) => node.querySelector(".card-title")?.textContent)
              .map((node) => node.getAttribute("data-id")),
          );
          let drawn = 0;
          const blank: string[] = [];
          for (const { id, x, y } of nodes) {
            const [left, top] = [x * a + e, y * a + f];
            // Those whose heads are wholly in view.
            if (left < 0 || top < 0) continue;
            if (left + wide * a > pane.width || top + 34 * a > pane.height) continue;
            if (titles.has(id)) continue;
            if (isDrawn(left + pane.x, top + pane.y, a)) drawn++;
            else blank.push(id);
          }
          seen.push({ zoom: a, blank, mounted: titles.size, drawn });
        }
        if ((window as unknown as { watching: boolean }).watching) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
    { nodes: placed().map(({ id, x, y }) => ({ id, x, y })), wide: WIDE },
  );
}

async function watched(page: Page): Promise<readonly Seen[]> {
  return page.evaluate(() => {
    const found = window as unknown as { seen: Seen[]; watching: boolean };
    found.watching = false;
    return found.seen;
  });
}

async function turn(page: Page, times: number, by: number): Promise<void> {
  await page.mouse.move(700, 430);
  for (let at = 0; at < times; at++) {
    await page.mouse.wheel(0, by);
    await page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => done())));
  }
}

/** Lets frames go by until all cards in view have come; how many it took, null for too many. */
async function settled(page: Page): Promise<number | null> {
  return page.evaluate(
    ({ most, nodes, wide }) =>
      new Promise<number | null>((done) => {
        const flow = document.querySelector(".react-flow") ?? document.body;
        const view = document.querySelector(".react-flow__viewport") ?? flow;
        const whole = (): boolean => {
          const { a, e, f } = new DOMMatrix(getComputedStyle(view).transform);
          const { width, height } = flow.getBoundingClientRect();
          return nodes.every(({ id, x, y }) => {
            const [left, top] = [x * a + e, y * a + f];
            const [right, bottom] = [left + wide * a, top + 34 * a];
            if (right <= 0 || bottom <= 0 || left >= width || top >= height) return true;
            const card = document.querySelector(`.react-flow__node[data-id="${id}"] .card`);
            return card ? card.querySelector(".field, .field-wired") !== null : false;
          });
        };
        const look = (frame: number): void => {
          if (whole() && !document.querySelector(".far-layer")) done(frame);
          else if (frame > most) done(null);
          else requestAnimationFrame(() => look(frame + 1));
        };
        look(0);
      }),
    { most: FRAMES, nodes: placed(), wide: WIDE },
  );
}

test(`in ${COUNT} nodes no card in view is ever blank, and all are whole soon after a zoom`, async () => {
  const editor = await openLarge();
  const { page } = editor;
  await turn(page, 30, -60); // from afar to where cards can be read
  expect(await settled(page)).not.toBeNull();

  await watch(page);
  await turn(page, 8, 60);
  const moving = await watched(page);
  expect(moving.length).toBeGreaterThan(7);
  expect(moving.flatMap(({ blank }) => blank)).toEqual([]);
  expect(Math.max(...moving.map(({ drawn }) => drawn))).toBeGreaterThan(3);

  await watch(page);
  expect(await settled(page)).not.toBeNull();
  const filling = await watched(page);
  expect(filling.flatMap(({ blank }) => blank)).toEqual([]);
  // Once a card is there it stays.
  const counts = filling.map(({ mounted }) => mounted);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));

  await turn(page, 6, 60); // into the distance, and back in the same move
  await page.locator(".canvas[data-far]").waitFor();
  await watch(page);
  await turn(page, 10, -60);
  expect((await watched(page)).flatMap(({ blank }) => blank)).toEqual([]);
  expect(await settled(page)).not.toBeNull();
});

test("after a zoom wires end at their ports, and ports and fields are at hand", async () => {
  const editor = await openIn(await profile());
  const { page } = editor;
  await turn(page, 6, -60);
  await turn(page, 8, 60);
  await page.locator(".far-layer").waitFor({ state: "detached" });
  const all = await editor.wires();
  expect(all).toContain("decode.input.latent");
  const ends = await page.evaluate(() => {
    const found: number[] = [];
    for (const edge of document.querySelectorAll(".react-flow__edge")) {
      const [id = "", kind = "", port = ""] = (edge.getAttribute("data-id") ?? "").split(".");
      const path = edge.querySelector<SVGPathElement>("path.react-flow__edge-path");
      const end = document.querySelector(
        `.react-flow__node[data-id="${id}"] [data-port="${kind === "input" ? "in" : kind}.${port}"]`,
      );
      if (!path || !end) continue;
      const matrix = path.getScreenCTM();
      const at = path.getPointAtLength(path.getTotalLength());
      const [x, y] = matrix ? [at.x * matrix.a + matrix.e, at.y * matrix.d + matrix.f] : [NaN, NaN];
      const box = end.getBoundingClientRect();
      found.push(Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2));
    }
    return found;
  });
  expect(ends.length).toBeGreaterThan(10);
  expect(Math.max(...ends)).toBeLessThan(8);
  const hit = await editor.middle(editor.port("decode", "out.image"));
  const key = await page.evaluate(
    ({ x, y }) => document.elementFromPoint(x, y)?.closest(".port")?.getAttribute("data-port"),
    hit,
  );
  expect(key).toBe("out.image");
});

test("a field keeps its focus and its letters through a zoom", async () => {
  const editor = await openIn(await profile());
  const { page } = editor;
  const field = editor.field("positive", "text");
  await field.click();
  await page.keyboard.press("Control+End");
  await turn(page, 3, 60);
  await page.keyboard.type(", at night");
  await page.locator(".far-layer").waitFor({ state: "detached" });
  expect(await field.inputValue()).toMatch(/, at night$/);
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
});
