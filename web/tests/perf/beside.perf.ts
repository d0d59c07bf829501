/** 1,000 nodes in the editor and on a LiteGraph page, by turns in one run, as ratios. */

import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { Editor, profile, withBrowser } from "../e2e/editor.ts";
import { COUNT, graphFile } from "./largegraph.ts";
import { look, openLiteGraph } from "./litegraph.ts";
import { Clock, median } from "./work.ts";
import type { At } from "./work.ts";

withBrowser();

const TIMES = 5;
const STEPS = 40;
const MIDDLE: At = { x: 760, y: 430 };
const BY: At = { x: 160, y: 90 };

interface Costs {
  drag: number[];
  pan: number[];
  zoom: number[];
}

const none = (): Costs => ({ drag: [], pan: [], zoom: [] });

async function measure(
  page: Page,
  costs: Costs,
  grip: () => Promise<At>,
  button: "left" | "middle",
): Promise<void> {
  const clock = await Clock.on(page);
  for (let time = 0; time < TIMES; time++) {
    const from = await grip();
    costs.drag.push(await clock.seconds(() => clock.drag(from, BY, STEPS, "left")));
    await page.keyboard.press("Control+z");
    costs.pan.push(await clock.seconds(() => clock.drag(MIDDLE, BY, STEPS, button)));
    await clock.drag({ x: MIDDLE.x + BY.x, y: MIDDLE.y + BY.y }, { x: -BY.x, y: -BY.y }, 4, button);
    costs.zoom.push(await clock.seconds(() => clock.wheel(MIDDLE, STEPS)));
  }
}

function row(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  target: number,
): string {
  const [a, b] = [median(ours), median(theirs)];
  return `${name.padEnd(34)} ${(a * 1000).toFixed(0).padStart(7)} ms ${(b * 1000).toFixed(0).padStart(7)} ms ${(a / b).toFixed(2).padStart(6)}x  (target ${target}x)`;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

test(`${COUNT} nodes beside LiteGraph`, async () => {
  const url = inject("url");
  const body = JSON.stringify({ graph: graphFile() });
  await fetch(`${url}/api/graphs/large`, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-none-match": "*" },
    body,
  });
  const load: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  let [ours, theirs]: (Page | null)[] = [null, null];
  for (let time = 0; time < TIMES; time++) {
    await ours?.context().close();
    await theirs?.context().close();
    ours = await (await profile()).newPage();
    theirs = await (await profile()).newPage();
    const [mine, other] = [ours, theirs];
    load.ours.push(
      await seconds(async () => {
        await mine.goto(`${url}/?open=large`);
        await mine.locator(".card, .far-layer").first().waitFor();
      }),
    );
    load.theirs.push(await seconds(() => openLiteGraph(other)));
  }
  if (!ours || !theirs) throw new Error("Nothing was opened.");
  const lines = [
    `${"".padEnd(34)} ${"editor".padStart(10)} ${"LiteGraph".padStart(10)}`,
    row("load", load.ours, load.theirs, 2),
  ];

  const editor = new Editor(ours);
  const page = ours;
  const scale = (): Promise<number> =>
    page.evaluate(
      () =>
        new DOMMatrix(
          getComputedStyle(document.querySelector(".react-flow__viewport") ?? document.body)
            .transform,
        ).a,
    );
  await page.waitForTimeout(1500);

  const all = { ours: none(), theirs: none() };
  const far = await scale();
  expect(far).toBeLessThan(0.4);
  const drawn = await ours.locator(".react-flow").boundingBox();
  await look(
    theirs,
    far,
    ((drawn?.width ?? 0) / far - 40 * 300) / 2,
    ((drawn?.height ?? 0) / far - 25 * 200) / 2,
  );
  await measure(ours, all.ours, () => ourGrip(page), "middle");
  await measure(theirs, all.theirs, () => theirGrip(theirs), "left");
  lines.push(
    row("all in view: drag", all.ours.drag, all.theirs.drag, 0.3),
    row("all in view: pan", all.ours.pan, all.theirs.pan, 0.3),
    row("all in view: zoom", all.ours.zoom, all.theirs.zoom, 0.3),
  );

  await editor.focusCanvas();
  for (let press = 0; press < 20 && (await scale()) < 0.95; press++) {
    await page.keyboard.press("Alt+=");
    await page.waitForTimeout(250);
  }
  const near = await scale();
  const close = { ours: none(), theirs: none() };
  await look(theirs, near, -5000, -2000);
  await measure(ours, close.ours, () => ourGrip(page), "middle");
  await measure(theirs, close.theirs, () => theirGrip(theirs), "left");
  lines.push(
    row(`zoom ${near.toFixed(2)}: drag`, close.ours.drag, close.theirs.drag, 0.5),
    row(`zoom ${near.toFixed(2)}: pan`, close.ours.pan, close.theirs.pan, 0.7),
    row(`zoom ${near.toFixed(2)}: zoom`, close.ours.zoom, close.theirs.zoom, 1.5),
  );
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  lines.push(`DOM elements at zoom ${near.toFixed(2)}: ${elements} (target 2000)`);
  lines.push(await typing(page));
  console.warn(`\n${lines.join("\n")}\n`);
});

/** One key typed into a field: its cost, and whose cards change. */
async function typing(page: Page): Promise<string> {
  const found = await page.evaluate(({ x, y }) => {
    const fields = [
      ...document.querySelectorAll<HTMLElement>(".card input[type=text], .card [role=spinbutton]"),
    ];
    const away = (field: HTMLElement): number => {
      const box = field.getBoundingClientRect();
      return Math.hypot(box.x - x, box.y - y);
    };
    fields.sort((a, b) => away(a) - away(b))[0]?.focus();
    return fields.length > 0;
  }, MIDDLE);
  if (!found) throw new Error("No card in view has a field to type into.");
  await page.evaluate(() => {
    const touched = new Set<string>();
    Object.assign(window, { touched });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const id = (target instanceof Element ? target : target.parentElement)
          ?.closest(".react-flow__node")
          ?.getAttribute("data-id");
        if (id) touched.add(id);
      }
    }).observe(document.querySelector(".react-flow__nodes") ?? document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  const clock = await Clock.on(page);
  const keys = "1234567812345678";
  const cost = await clock.seconds(() => page.keyboard.type(keys, { delay: 30 }));
  const touched = await page.evaluate(
    () => (window as unknown as { touched: Set<string> }).touched.size,
  );
  return `a key typed: ${((cost * 1000) / keys.length).toFixed(1)} ms of main thread (target 8), cards touched: ${touched} (target 1)`;
}

/** The head of a node near the middle: by the card where there are cards, else by arithmetic. */
async function ourGrip(page: Page): Promise<At> {
  const found = await page.evaluate(({ x, y }) => {
    const heads = [...document.querySelectorAll(".card .card-title")].map((head) =>
      head.getBoundingClientRect(),
    );
    const near = heads.sort(
      (a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y),
    )[0];
    if (near) return { x: near.x + 4, y: near.y + near.height / 2 };
    const { a, e, f } = new DOMMatrix(
      getComputedStyle(document.querySelector(".react-flow__viewport") ?? document.body).transform,
    );
    const box = document.querySelector(".react-flow")?.getBoundingClientRect();
    return {
      x: 20 * 300 * a + e + (box?.x ?? 0) + 100 * a,
      y: 12 * 200 * a + f + (box?.y ?? 0) + 14 * a,
    };
  }, MIDDLE);
  return found;
}

async function theirGrip(page: Page): Promise<At> {
  return page.evaluate(() => {
    const { view, made } = window as unknown as {
      view: { ds: { scale: number; offset: number[] } };
      made: { pos: number[] }[];
    };
    const { scale, offset } = view.ds;
    const spots = made.map(({ pos }) => ({
      x: ((pos[0] ?? 0) + (offset[0] ?? 0) + 100) * scale,
      y: ((pos[1] ?? 0) + (offset[1] ?? 0) - 10) * scale,
    }));
    return (
      spots.sort(
        (a, b) => Math.hypot(a.x - 760, a.y - 430) - Math.hypot(b.x - 760, b.y - 430),
      )[0] ?? { x: 0, y: 0 }
    );
  });
}
