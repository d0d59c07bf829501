/** Pictures for the painter: the server's files, kept values, the newest result, the machine's. */

import { ask } from "../api/http.ts";
import * as server from "../api/server.ts";
import { isList } from "../graph/json.ts";
import type { Json } from "../graph/json.ts";
import { toJson } from "../graph/serialize.ts";
import { orNull } from "../results/peeking.ts";
import type { Graph } from "../graph/model.ts";
import { coloursOf } from "./colours.ts";
import type { Colours } from "./colours.ts";
import { readPng } from "./png.ts";
import type { Beneath } from "./subject.ts";
import type { Size } from "./view.ts";

/** A picture to be shown, and the size in which it counts. */
export interface Picture extends Size {
  readonly image: ImageBitmap;
  /** The file; null where only a small version of it can be had. */
  readonly file: Blob | null;
}

/** Null where it is no picture that this browser can show. */
export async function pictureIn(file: Blob | null): Promise<Picture | null> {
  if (!file) return null;
  try {
    const image = await createImageBitmap(file, { colorSpaceConversion: "none" });
    return { width: image.width, height: image.height, image, file };
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Its colours, those of transparent pixels too where it is a PNG. */
export async function coloursIn(picture: Picture): Promise<Colours | null> {
  const { file, width, height, image } = picture;
  const png = file && (await readPng(new Uint8Array(await file.arrayBuffer())));
  if (png?.width === width && png.height === height) return coloursOf(png);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return null;
  pen.drawImage(image, 0, 0, width, height);
  return { width, height, data: pen.getImageData(0, 0, width, height).data };
}

/** The picture without its transparency: what is to be repainted is seen through the mask. */
export async function opaque(picture: Picture, colours: Colours): Promise<Picture> {
  const data = new Uint8ClampedArray(colours.data);
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  const image = await createImageBitmap(new ImageData(data, colours.width, colours.height));
  return { ...picture, image };
}

/** A picture of the graph: its file, else what a run kept of it. `document` is null in a part. */
export async function pictureOf(
  document: Graph | null,
  { file, wire }: Beneath,
): Promise<Picture | null> {
  if (isUpload(file)) {
    const stored = await orNull(ask(`/api/uploads/${file}`));
    const found = stored && (await pictureIn(await stored.blob()));
    if (found) return found;
  }
  if (!document) return null;
  const graph = toJson(document);
  const small = await pictureIn(await orNull(server.peekPicture(graph, wire, [])));
  if (!small) return null;
  const summary = await orNull(server.peekSummary(graph, wire, []));
  return { ...small, file: null, ...sizeOf(summary?.shape, small) };
}

/** The newest picture of a run, those of the same title first. */
export async function newestResult(title: string): Promise<Picture | null> {
  const page = await orNull(server.listRuns({ limit: "40" }));
  const ended = page?.runs.filter(({ status, cover }) => status === "completed" && cover) ?? [];
  const run = ended.find((one) => one.title === title) ?? ended[0];
  const stored = run?.cover && (await orNull(ask(run.cover.url)));
  return stored ? pictureIn(await stored.blob()) : null;
}

export function isUpload(file: string): boolean {
  return file.startsWith("sha256:");
}

/** Of a value [B,H,W,...]. */
function sizeOf(shape: Json | undefined, otherwise: Size): Size {
  const [, height, width] = isList(shape) ? shape : [];
  if (typeof height === "number" && typeof width === "number") return { width, height };
  return { width: otherwise.width, height: otherwise.height };
}
