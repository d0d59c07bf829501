/**
 * The drawing of what comes into view while the hand zooms: cards with their names and ports, and
 * wires as they are, until the cards themselves are mounted.
 */

import { MEASURES } from "../graph/measures.ts";
import type { Point, Size } from "../graph/view.ts";
import type { Face, Faces } from "./faces.ts";
import type { Kept } from "./kept.ts";
import type { Box, Layer, Outline } from "./outline.ts";
import { outline as shapeOf, portLook } from "./portlook.ts";
import { inkOf, isCrossed, isOn } from "./sheet.ts";
import type { Sheet } from "./sheet.ts";

/** Nearer than this the names of rows can be read. */
const ROWS = 0.5;
/** How far a wire swings beyond the box around its ends. */
const SWING = 160;
const PORT = 11;
/** As in canvas.css and tokens.css. */
const [CORNER, FRAME_CORNER, WELL_CORNER] = [8, 12, 4];
const [TITLE, ROW, ALSO] = [13, 12, 11];
const TITLE_LEFT = 29;
const FOLD_LEFT = 10;
const SPACE = 4;
const [OPEN, FOLDED] = ["M1 3 L5 7 L9 3", "M3 1 L7 5 L3 9"];

/** What a card's border says. */
type Mark = "none" | "chosen" | "run";

export interface Scene {
  readonly outline: Outline;
  readonly faces: Faces;
  readonly selection: ReadonlySet<string>;
  /** Whether a run would make a node's values. */
  readonly willRun: (id: string) => boolean;
  /** The cards that are mounted: they and their wires are left out. */
  readonly kept: Kept | null;
}

/** As it looks at a zoom: the sheet may be drawn for another. */
export function drawNear(sheet: Sheet, zoom: number, scene: Scene): void {
  const { outline, faces, selection, willRun, kept } = scene;
  const draw = (box: Box): void => {
    const face = faces.face(box.id);
    if (!face) return;
    const mark = selection.has(box.id) ? "chosen" : willRun(box.id) ? "run" : "none";
    card(sheet, box, face, mark, zoom >= ROWS);
  };
  for (const { boxes, lines } of outline.layers) {
    for (const box of boxes) if (!kept?.cards.has(box.id) && isOn(sheet, box)) draw(box);
    wires(sheet, lines, scene);
  }
}

function wires(sheet: Sheet, lines: Layer["lines"], { faces, kept }: Scene): void {
  const { pen } = sheet;
  pen.lineWidth = 2;
  pen.globalAlpha = 0.85;
  for (const [look, alike] of lines) {
    const path = new Path2D();
    for (const line of alike) {
      if (kept?.hasWire(line.id)) continue;
      const bent = line.bends.length > 0 ? Infinity : SWING;
      if (isCrossed(sheet, line.from, line.to, bent)) path.addPath(faces.curve(line));
    }
    pen.strokeStyle = inkOf(sheet, look);
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
}

function card(sheet: Sheet, box: Box, face: Face, mark: Mark, near: boolean): void {
  const { pen } = sheet;
  pen.translate(box.x, box.y);
  body(sheet, box, face, mark);
  head(sheet, box, face);
  if (near) rows(sheet, face);
  ports(sheet, face);
  pen.translate(-box.x, -box.y);
}

function body({ pen, ink }: Sheet, box: Box, face: Face, mark: Mark): void {
  const { width, height, loop } = box;
  const corner = loop ? FRAME_CORNER : CORNER;
  const border = new Path2D();
  border.roundRect(0.5, 0.5, width - 1, height - 1, corner);
  pen.fillStyle = ink(loop ? "--frame" : "--surface");
  pen.fill(border);
  pen.fillStyle = ink("--surface-2");
  const top = new Path2D();
  const low = face.folded ? corner : 0;
  top.roundRect(1, 1, width - 2, face.head - 2, [corner - 1, corner - 1, low, low]);
  pen.fill(top);
  if (face.color !== "") {
    pen.globalAlpha = 0.4;
    pen.fillStyle = face.color;
    pen.fill(top);
    pen.globalAlpha = 1;
  }
  pen.lineWidth = mark === "chosen" ? 2 : 1;
  pen.strokeStyle = ink(mark === "chosen" ? "--focus" : loop ? "--line-strong" : "--line");
  pen.stroke(border);
  if (mark === "run" && !loop) {
    pen.globalAlpha = 0.55;
    pen.strokeStyle = ink("--will");
    pen.stroke(border);
    pen.globalAlpha = 1;
  }
  if (face.folded) return;
  pen.fillStyle = ink("--line");
  pen.fillRect(1, face.head - 1, width - 2, 1);
}

function head({ pen, ink, font }: Sheet, { width }: Box, face: Face): void {
  const middle = face.head / 2;
  const right = width - 2 * SPACE;
  fold({ pen, ink }, face.folded, middle);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.font = `600 ${TITLE}px ${font}`;
  pen.fillStyle = ink("--text");
  const title = fitted(pen, face.title, right - TITLE_LEFT);
  pen.fillText(title, TITLE_LEFT, middle);
  if (face.also === "") return;
  const left = TITLE_LEFT + widthOf(pen, title) + SPACE;
  pen.font = `${ALSO}px ${font}`;
  pen.fillStyle = ink("--text-3");
  const also = fitted(pen, face.also, right - left);
  if (also !== "") pen.fillText(also, left, middle);
}

/** The mark that folds a card, as in NodeHead.tsx. */
function fold({ pen, ink }: Pick<Sheet, "pen" | "ink">, folded: boolean, middle: number): void {
  const mark = pathOf(folded ? FOLDED : OPEN);
  pen.lineWidth = 1.6;
  pen.strokeStyle = ink("--text-3");
  pen.translate(FOLD_LEFT, middle - 5);
  pen.stroke(mark);
  pen.translate(-FOLD_LEFT, 5 - middle);
}

function rows(sheet: Sheet, { words, wells, picture }: Face): void {
  const { pen, ink, font } = sheet;
  for (const at of wells) well(sheet, at, "--field");
  if (picture) well(sheet, picture, "--sunken");
  pen.font = `${ROW}px ${font}`;
  pen.fillStyle = ink("--text-2");
  for (const { text, x, y, right } of words) {
    pen.textAlign = right ? "right" : "left";
    pen.fillText(text, x, y, MEASURES.width);
  }
}

function well({ pen, ink }: Sheet, at: Point & Size, look: string): void {
  pen.fillStyle = ink(look);
  pen.beginPath();
  pen.roundRect(at.x, at.y, at.width, at.height, WELL_CORNER);
  pen.fill();
}

function ports(sheet: Sheet, { ports: ends, wired }: Face): void {
  const { pen, ink } = sheet;
  pen.lineWidth = 1.8;
  for (const { key, x, y, type } of ends) {
    const look = portLook(type);
    const color = inkOf(sheet, look.color);
    pen.strokeStyle = color;
    pen.fillStyle = wired.has(key) ? color : ink("--surface");
    pen.translate(x, y);
    const mark = pathOf(shapeOf(look.shape, PORT));
    pen.fill(mark);
    pen.stroke(mark);
    pen.translate(-x, -y);
  }
}

const paths = new Map<string, Path2D>();

function pathOf(text: string): Path2D {
  let found = paths.get(text);
  if (!found) {
    found = new Path2D(text);
    paths.set(text, found);
  }
  return found;
}

const widths = new Map<string, number>();
/** Widths that are remembered: more than one graph has of names. */
const MOST = 5_000;

/** How wide a text is in the pen's font: asked for once. */
function widthOf(pen: CanvasRenderingContext2D, text: string): number {
  const name = `${pen.font} ${text}`;
  let found = widths.get(name);
  if (found === undefined) {
    if (widths.size >= MOST) widths.clear();
    found = pen.measureText(text).width;
    widths.set(name, found);
  }
  return found;
}

/** As much of a text as there is room for. */
function fitted(pen: CanvasRenderingContext2D, text: string, room: number): string {
  const width = widthOf(pen, text);
  if (width <= room) return text;
  const letters = Math.floor((text.length * room) / width) - 1;
  return letters < 1 ? "" : `${text.slice(0, letters)}…`;
}
