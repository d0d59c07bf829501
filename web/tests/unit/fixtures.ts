/** The files that tests read: stock graphs, cases shared with Python, and the two catalogues. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readCatalogue } from "../../src/graph/catalogue.ts";
import type { Catalogue } from "../../src/graph/catalogue.ts";
import type { Json } from "../../src/graph/json.ts";
import type { Graph } from "../../src/graph/model.ts";
import { fromJson, parse } from "../../src/graph/parse.ts";

const ROOT = join(import.meta.dirname, "../../..", "/");

export function read(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

export function bytesOf(path: string): Uint8Array {
  return readFileSync(ROOT + path);
}

export function json(path: string): Json {
  return JSON.parse(read(path)) as Json;
}

export function namesIn(folder: string): readonly string[] {
  return readdirSync(ROOT + folder)
    .filter((name) => name.endsWith(".json"))
    .sort();
}

/** The catalogue of the built-in nodes, and that of the small ones in the shared cases. */
export const BUILTIN: Catalogue = readCatalogue(json("web/tests/fixtures/catalogue.json"));
export const SMALL: Catalogue = readCatalogue(json("tests/cases/catalogue.json"));

export const STOCK = namesIn("graphs");

export function stock(name: string): Graph {
  return opened(read(`graphs/${name}`));
}

export function opened(text: string): Graph {
  const { graph, problems } = parse(text);
  if (!graph) throw new Error(problems.map((found) => found.message).join("\n"));
  return graph;
}

/** A graph of the given nodes, as the file would have them. */
export function graphOf(nodes: Json, fields: Readonly<Record<string, Json>> = {}): Graph {
  const { graph, problems } = fromJson({ format: 1, nodes, ...fields });
  if (!graph) throw new Error(problems.map((found) => found.message).join("\n"));
  return graph;
}
