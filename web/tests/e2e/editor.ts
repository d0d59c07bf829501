/** The editor as a person uses it: by mouse, keys and what can be read on the page. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { findChromium } from "./chromium.mjs";

export interface At {
  readonly x: number;
  readonly y: number;
}

interface Opening {
  readonly width?: number;
  readonly height?: number;
  readonly touch?: boolean;
  /** As wide as a phone says it is: a page that needs more is laid out wider, and shrunk. */
  readonly mobile?: boolean;
  readonly path?: string;
  /** The address shows a form, no canvas. */
  readonly app?: boolean;
}

const TEMPLATE = join(import.meta.dirname, "../../../graphs/txt2img.json");
let browser: Browser;
const contexts: BrowserContext[] = [];
/** What the browser itself says of a server that is not there. */
const ABSENT = /^(Failed to load resource|WebSocket connection to)/;
/** What the page complained about: errors nobody expected fail the test. */
const complaints: string[] = [];

/** Registers the browser for a file of tests. */
export function withBrowser(): void {
  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error("There is no Chromium: run `npm run chromium`.");
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  afterEach(async () => {
    await cancelAll();
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(() => browser.close());
}

/** Ends what a test left running: the next one has the worker for itself. */
async function cancelAll(): Promise<void> {
  const url = inject("url");
  for (const status of ["queued", "running"]) {
    const { runs } = (await (await fetch(`${url}/api/runs?status=${status}`)).json()) as {
      runs: { id: string }[];
    };
    await Promise.all(
      runs.map(({ id }) =>
        fetch(`${url}/api/runs/${id}/cancel`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}",
        }),
      ),
    );
  }
}

/** A browser profile of its own: nothing kept from other tests. */
export async function profile({
  width = 1600,
  height = 900,
  touch = false,
  mobile = false,
}: Opening = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: touch,
    isMobile: mobile,
    locale: "en-GB",
    colorScheme: "dark",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: inject("url") });
  contexts.push(context);
  return context;
}

/** The first template with other values: what the server kept of one run is not that of another. */
export function textToImage(values: {
  readonly seed: number;
  readonly steps?: number;
}): Record<string, unknown> {
  const graph = JSON.parse(readFileSync(TEMPLATE, "utf8")) as {
    nodes: Record<string, { params: Record<string, unknown> }>;
  };
  const { noise, schedule } = graph.nodes;
  Object.assign(noise?.params ?? {}, { seed: values.seed });
  if (values.steps !== undefined) Object.assign(schedule?.params ?? {}, { steps: values.steps });
  return graph;
}

export async function open(opening: Opening = {}): Promise<Editor> {
  return openIn(await profile(opening), opening.path, opening.app);
}

/** Another page of the same profile. */
export async function openIn(context: BrowserContext, path = "/", app = false): Promise<Editor> {
  return openAt(context, inject("url") + path, app);
}

/** A page of any server. */
export async function openAt(
  context: BrowserContext,
  address: string,
  app = false,
): Promise<Editor> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !ABSENT.test(message.text())) complaints.push(message.text());
  });
  await page.goto(address);
  const editor = new Editor(page);
  if (!app) await editor.settled();
  return editor;
}

export class Editor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Until cards are drawn and the server's plan is known. */
  async settled(): Promise<void> {
    await this.page.locator(".card").first().waitFor();
    await this.page.waitForLoadState("networkidle"); // parts that load late have found their places
  }

  node(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`);
  }

  card(id: string): Locator {
    return this.node(id).locator("> .card, > .frame");
  }

  port(id: string, key: string): Locator {
    return this.node(id).locator(`> * > .port[data-port="${key}"]`);
  }

  field(id: string, port: string): Locator {
    return this.card(id).getByLabel(port, { exact: true });
  }

  /** The nodes that are drawn: those in view. */
  ids(): Promise<string[]> {
    return this.page
      .locator(".react-flow__node")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-id") ?? ""));
  }

  async wires(): Promise<string[]> {
    const keys = await this.page
      .locator(".react-flow__edge")
      .evaluateAll((all) => all.map((one) => one.getAttribute("data-id") ?? ""));
    return keys.sort();
  }

  async middle(found: Locator): Promise<At> {
    const box = await found.boundingBox();
    if (!box) throw new Error("It is not on the page.");
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  async drag(from: At, to: At, key?: "Alt" | "Shift"): Promise<void> {
    const { mouse, keyboard } = this.page;
    await mouse.move(from.x, from.y);
    if (key) await keyboard.down(key);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await mouse.move(to.x, to.y, { steps: 4 });
    await mouse.up();
    if (key) await keyboard.up(key);
  }

  async wire(from: Locator, to: Locator): Promise<void> {
    await this.drag(await this.middle(from), await this.middle(to));
  }

  /** A point of the ground that no card covers. */
  async ground(): Promise<At> {
    const found = await this.page.evaluate(() => {
      const box = document.querySelector(".canvas")?.getBoundingClientRect();
      if (!box) return null;
      for (let y = box.bottom - 60; y > box.top + 60; y -= 30) {
        for (let x = box.left + 60; x < box.right - 300; x += 40) {
          const free = [0, 60].every(
            (by) =>
              document.elementFromPoint(x + by, y)?.classList.contains("react-flow__pane") === true,
          );
          if (free) return { x, y };
        }
      }
      return null;
    });
    if (!found) throw new Error("There is no free ground.");
    return found;
  }

  /** Types into the open palette and takes the first row. */
  async choose(name: string): Promise<void> {
    const input = this.page.getByRole("combobox", { name: "Add a node" });
    await input.fill(name);
    await this.page.locator("#palette-list [role=option]").first().waitFor();
    await input.press("Enter");
  }

  async add(name: string, at?: At): Promise<string> {
    const before = new Set(await this.ids());
    const point = at ?? (await this.ground());
    await this.page.mouse.dblclick(point.x, point.y);
    await this.choose(name);
    return this.added(before);
  }

  async added(before: ReadonlySet<string>): Promise<string> {
    await expect
      .poll(async () => (await this.ids()).filter((id) => !before.has(id)).length)
      .toBe(1);
    const id = (await this.ids()).find((one) => !before.has(one));
    if (id === undefined) throw new Error("Nothing was added.");
    await this.page.waitForTimeout(300); // the inspector opens beside the canvas
    return id;
  }

  async focusCanvas(): Promise<void> {
    await this.page.locator(".canvas").focus();
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** All nodes as the clipboard has them. */
  async copied(): Promise<string> {
    await this.focusCanvas();
    await this.press("Control+a", "Control+c");
    const text = await this.page.evaluate(() => navigator.clipboard.readText());
    await this.press("Escape");
    return text;
  }

  async run(): Promise<void> {
    await this.page.locator(".run-button").click();
  }

  async finished(id: string, seconds = 150): Promise<void> {
    await this.node(id)
      .locator("> [data-phase=done]")
      .waitFor({ timeout: seconds * 1000 });
  }

  /** What the plan says of a node: `run`, `cached`, `unneeded`, ... */
  async mark(id: string): Promise<string> {
    return (await this.card(id).getAttribute("data-mark")) ?? "";
  }

  /** Drops a file on the canvas, as from the desktop. */
  async dropFile(name: string, type: string, bytes: Buffer): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ([text, called, kind]) => {
        const raw = Uint8Array.from(atob(text ?? ""), (letter) => letter.charCodeAt(0));
        const made = new DataTransfer();
        made.items.add(new File([raw], called ?? "", { type: kind ?? "" }));
        return made;
      },
      [bytes.toString("base64"), name, type],
    );
    const pane = this.page.locator(".react-flow__pane");
    for (const event of ["dragenter", "dragover", "drop"])
      await pane.dispatchEvent(event, { dataTransfer: transfer });
  }

  /** Drops a graph's file on the canvas, and goes to the tab in which it opens. */
  async dropGraph(graph: Readonly<Record<string, unknown>>): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ ...graph, title: "Dropped" }));
    await this.dropFile("dropped.json", "application/json", bytes);
    await this.page.locator(".tab[aria-current]", { hasText: "Dropped" }).waitFor();
    await this.page.keyboard.press("Escape");
    await this.focusCanvas();
  }

  /** What was last said aloud. */
  async said(): Promise<string> {
    return (
      await this.page.locator("[aria-live], [role=status], [role=alert]").allInnerTexts()
    ).join("\n");
  }

  picture(id: string): Locator {
    return this.card(id).locator(".card-picture img, .frame-picture img").first();
  }
}
