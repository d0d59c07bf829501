/**
 * What is dragged from afar: drawn once and moved as a layer above the picture of what stays.
 *
 * Only the wires between the two are made anew with each move.
 */

import { added } from "../graph/view.ts";
import type { Point } from "../graph/view.ts";
import type { Box, Line, Outline } from "./outline.ts";
import type { Transform } from "./sheet.ts";

const SVG = "http://www.w3.org/2000/svg";

interface Held {
  readonly path: SVGPathElement;
  readonly lines: readonly Line[];
}

export class FarLift {
  /** All that is lifted: the picture leaves it out. */
  readonly ids: ReadonlySet<string>;
  private readonly layer: SVGSVGElement;
  private readonly views: readonly SVGGElement[];
  private readonly held: readonly Held[];
  private zoom = 1;
  private by: Point = { x: 0, y: 0 };

  constructor(
    above: HTMLElement,
    outline: Outline,
    selection: ReadonlySet<string>,
    ids: ReadonlySet<string>,
  ) {
    this.ids = ids;
    this.layer = element("svg");
    this.layer.setAttribute("class", "far-lift-layer");
    const inside = element("g");
    const across = element("g");
    const [loops, cards] = nodesOf(outline, selection, ids);
    inside.append(...loops);
    const held: Held[] = [];
    for (const [look, lines] of outline.lines) {
      const inner = lines.filter(({ source, target }) => ids.has(source) && ids.has(target));
      if (inner.length > 0) inside.append(drawn("far-wire", inner.map(whole).join(""), look));
      const outer = lines.filter(({ source, target }) => ids.has(source) !== ids.has(target));
      if (outer.length === 0) continue;
      const path = drawn("far-wire", outer.map(whole).join(""), look);
      across.append(path);
      held.push({ path, lines: outer });
    }
    inside.append(...cards);
    this.held = held;
    this.views = [inside, across];
    const wires = element("svg");
    this.layer.append(inside);
    wires.append(across);
    // Below cards, as near by; above the ground of a loop that is moved.
    above.replaceChildren(...(loops.length > 0 ? [this.layer, wires] : [wires, this.layer]));
  }

  /** Follows pan and zoom. */
  place([x, y, zoom]: Transform): void {
    this.zoom = zoom;
    for (const view of this.views)
      view.setAttribute("transform", `translate(${x} ${y}) scale(${zoom})`);
    this.shift();
  }

  move(by: Point): void {
    this.by = by;
    this.shift();
    for (const { path, lines } of this.held) {
      path.setAttribute("d", lines.map((line) => whole(this.shifted(line, by))).join(""));
    }
  }

  private shift(): void {
    const { x, y } = this.by;
    this.layer.style.transform = `translate(${x * this.zoom}px, ${y * this.zoom}px)`;
  }

  private shifted(line: Line, by: Point): Pick<Line, "from" | "to"> {
    const { source, from, to } = line;
    return this.ids.has(source) ? { from: added(from, by), to } : { from, to: added(to, by) };
  }
}

/** The boxes of loops and of cards, those that look alike as one path. */
function nodesOf(
  { boxes }: Outline,
  selection: ReadonlySet<string>,
  ids: ReadonlySet<string>,
): readonly [loops: SVGPathElement[], cards: SVGPathElement[]] {
  const made = (loop: boolean): SVGPathElement[] =>
    [false, true].flatMap((chosen) => {
      const alike = boxes.filter(
        (box) => ids.has(box.id) && box.loop === loop && selection.has(box.id) === chosen,
      );
      const name = `${loop ? "far-loop" : "far-node"}${chosen ? " far-chosen" : ""}`;
      return alike.length > 0 ? drawn(name, alike.map(edges).join("")) : [];
    });
  return [made(true), made(false)];
}

function edges({ x, y, width, height }: Box): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}

function whole({ from, to }: Pick<Line, "from" | "to">): string {
  return `M${from.x} ${from.y}L${to.x} ${to.y}`;
}

function drawn(name: string, d: string, stroke = ""): SVGPathElement {
  const path = element("path");
  path.setAttribute("class", name);
  path.setAttribute("d", d);
  if (stroke !== "") path.style.stroke = stroke;
  return path;
}

function element<K extends "g" | "path" | "svg">(name: K): SVGElementTagNameMap[K] {
  return document.createElementNS(SVG, name);
}
