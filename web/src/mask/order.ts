/** What is to be painted, and how it begins: the picture beneath, and the mask that is there. */

import { maskIn, paintSize } from "./colours.ts";
import { Painting } from "./painting.ts";
import { resampled } from "./pixels.ts";
import { coloursIn, newestResult, opaque } from "./reading.ts";
import type { Picture } from "./reading.ts";
import type { Subject } from "./subject.ts";
import type { Size } from "./view.ts";

/** Where the picture beneath comes from; `own` was chosen by hand, `plain` is none. */
export type From = "graph" | "result" | "own" | "plain";

export interface Order {
  /** The input, as people read it. */
  readonly name: string;
  readonly subject: Subject;
  /** The title of the graph. */
  readonly title: string;
  /** The picture that the input names now. */
  readonly present: () => Promise<Picture | null>;
  /** The picture that the mask is for; a cutout is of its own picture. */
  readonly beneath: () => Promise<Picture | null>;
  /** The size of the ground where there is no picture. */
  readonly size: Size | null;
  /** Takes the painted file's name into the graph. */
  readonly put: (hash: string) => void;
}

export interface Begun {
  readonly painting: Painting;
  readonly picture: Picture | null;
  readonly from: From;
  /** What else can be laid beneath. */
  readonly found: Partial<Readonly<Record<From, Picture>>>;
}

const GROUND: Size = { width: 512, height: 512 };
/** What a run kept of a mask is shown as it came out of the node. */
const KEPT: Subject = { kind: "mask", channel: "grey", inverted: false };

/** Null where the picture of a cutout cannot be read. */
export async function begin(order: Order): Promise<Begun | null> {
  return order.subject.kind === "cutout" ? beginCutout(order) : beginMask(order);
}

async function beginCutout({ present, subject }: Order): Promise<Begun | null> {
  const own = await present();
  const colours = own && (await coloursIn(own));
  if (!colours) return null;
  const picture = await opaque(own, colours);
  const start = maskIn(colours, subject);
  return {
    painting: startAt(paintSize(own), start, own),
    picture,
    from: "graph",
    found: { graph: picture },
  };
}

async function beginMask(order: Order): Promise<Begun> {
  const [graph, result, present] = await Promise.all([
    order.beneath(),
    newestResult(order.title),
    order.present(),
  ]);
  const picture = graph ?? result;
  const colours = present ? await coloursIn(present) : null;
  const size = paintSize(picture ?? present ?? order.size ?? GROUND);
  const subject = present?.file ? order.subject : KEPT;
  const painting =
    present && colours ? startAt(size, maskIn(colours, subject), present) : new Painting(size);
  const found = { ...(graph ? { graph } : {}), ...(result ? { result } : {}) };
  return { painting, picture, from: graph ? "graph" : result ? "result" : "plain", found };
}

function startAt(size: Size, mask: Uint8Array, of: Size): Painting {
  return new Painting(size, resampled(mask, of, size));
}
