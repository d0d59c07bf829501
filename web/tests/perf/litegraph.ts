/** The same graph on a LiteGraph canvas: what the editor is measured beside. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { placed } from "./largegraph.ts";

const SCRIPT = readFileSync(
  createRequire(import.meta.url).resolve("litegraph.js/build/litegraph.js"),
  "utf8",
);
const ADDRESS = "http://litegraph.invalid/";

/** A page that draws itself as soon as it is loaded; `window.drawn` says when. */
function html(): string {
  return `<!doctype html><style>body{margin:0}canvas{display:block}</style>
<canvas id="canvas" width="1600" height="900"></canvas>
<script src="litegraph.js"></script>
<script>
function Sum() { this.addInput("a", "number"); this.addInput("b", "number"); this.addOutput("value", "number");
  this.addWidget("combo", "operation", "add", () => {}, { values: ["add", "multiply"] }); this.size = [240, 110]; }
function Given() { this.addOutput("value", "number"); this.addWidget("number", "value", 1, () => {}); this.size = [240, 80]; }
LiteGraph.registerNodeType("t/sum", Sum); LiteGraph.registerNodeType("t/given", Given);
const graph = new LGraph(); const view = new LGraphCanvas("#canvas", graph);
const nodes = ${JSON.stringify(placed())};
const made = nodes.map((one) => { const node = LiteGraph.createNode(one.from.length ? "t/sum" : "t/given"); node.pos = [one.x, one.y]; graph.add(node); return node; });
nodes.forEach((one, at) => one.from.forEach((from, port) => made[from].connect(0, made[at], port)));
view.draw(true, true); window.view = view; window.made = made; window.drawn = true;
</script>`;
}

export async function openLiteGraph(page: Page): Promise<void> {
  await page.route(`${ADDRESS}**`, (route) =>
    route.request().url().endsWith("litegraph.js")
      ? route.fulfill({ contentType: "text/javascript", body: SCRIPT })
      : route.fulfill({ contentType: "text/html", body: html() }),
  );
  await page.goto(ADDRESS);
  await page.waitForFunction(() => (window as unknown as { drawn?: boolean }).drawn === true);
}

/** Shows the graph from a corner at a scale. */
export async function look(page: Page, scale: number, x: number, y: number): Promise<void> {
  await page.evaluate(
    ([to, left, top]) => {
      const { view } = window as unknown as {
        view: {
          ds: { scale: number; offset: number[] };
          setDirty: (a: boolean, b: boolean) => void;
        };
      };
      view.ds.scale = to ?? 1;
      view.ds.offset = [left ?? 0, top ?? 0];
      view.setDirty(true, true);
    },
    [scale, x, y],
  );
}
