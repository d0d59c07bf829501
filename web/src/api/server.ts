/** The server's API as functions, typed by its own OpenAPI document. */

import type { Json } from "../graph/json.ts";
import type { Problem } from "../graph/errors.ts";
import { ask, askJson } from "./http.ts";
import type { components } from "./schema.ts";

type Schemas = components["schemas"];
export type Run = Schemas["RunJson"];
export type RunSummary = Schemas["RunSummaryJson"];
export type RunPage = Schemas["RunPageJson"];
export type Forecast = Schemas["ForecastJson"];
export type StoredFile = Schemas["FileJson"];
export type SavedGraph = Schemas["GraphJson"];
export type ListedGraph = Schemas["ListedGraphJson"];
export type ListedTemplate = Schemas["ListedTemplateJson"];
export type Template = Schemas["TemplateJson"];
export type Version = Schemas["VersionJson"];
export type Upload = Schemas["UploadJson"];
export type PictureGraph = Schemas["PictureGraphJson"];
export type System = Schemas["SystemJson"];

/** What a person wants to know of a value. */
export type Summary = Readonly<Record<string, Json>>;
export interface RunEvent {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly [field: string]: Json;
}

export interface Order {
  readonly graph: Json;
  readonly want?: readonly string[];
  readonly count?: number;
  readonly priority?: number;
}

export const catalogue = (): Promise<Json> => askJson("/api/catalogue");
export const choices = (): Promise<Readonly<Record<string, readonly string[]>>> =>
  askJson("/api/choices");
export const system = (): Promise<System> => askJson("/api/system");

export async function submit(order: Order, key: string): Promise<readonly Run[]> {
  const headers = { "Idempotency-Key": key };
  return (await askJson<{ readonly runs: readonly Run[] }>("/api/runs", { json: order, headers }))
    .runs;
}

export const getRun = (id: string): Promise<Run> => askJson(`/api/runs/${id}`);
export const cancelRun = (id: string): Promise<Run> =>
  askJson(`/api/runs/${id}/cancel`, { method: "POST" });
export const retryRun = (id: string): Promise<Run> =>
  askJson(`/api/runs/${id}/retry`, { method: "POST" });
export const moveRun = (
  id: string,
  json: { readonly before?: string; readonly first?: boolean },
): Promise<Run> => askJson(`/api/runs/${id}/move`, { json });
export const removeRun = (id: string): Promise<Response> =>
  ask(`/api/runs/${id}`, { method: "DELETE" });
export const runGraph = (id: string): Promise<string> =>
  ask(`/api/runs/${id}/graph`).then((answer) => answer.text());

export function listRuns(query: Readonly<Record<string, string>> = {}): Promise<RunPage> {
  return askJson(`/api/runs?${new URLSearchParams(query).toString()}`);
}

export async function validate(graph: Json, signal?: AbortSignal): Promise<readonly Problem[]> {
  const asked = { json: { graph }, ...(signal ? { signal } : {}) };
  return (await askJson<{ readonly problems: readonly Problem[] }>("/api/validate", asked))
    .problems;
}

export function forecast(
  graph: Json,
  signal?: AbortSignal,
  want?: readonly string[],
): Promise<Forecast> {
  const json = { graph, ...(want ? { want } : {}) };
  return askJson("/api/forecast", { json, ...(signal ? { signal } : {}) });
}

/** The kept value of a wire at a turn, as a picture. Throws ServerError (404) where none is kept. */
export async function peekPicture(
  graph: Json,
  wire: string,
  turn: readonly number[],
  signal?: AbortSignal,
): Promise<Blob> {
  const json = { graph, wire, turn, as: "picture" };
  return (await ask("/api/peek", { json, ...(signal ? { signal } : {}) })).blob();
}

export async function peekSummary(
  graph: Json,
  wire: string,
  turn: readonly number[],
  signal?: AbortSignal,
): Promise<Summary> {
  const json = { graph, wire, turn, as: "summary" };
  return (
    await askJson<{ readonly summary: Summary }>("/api/peek", {
      json,
      ...(signal ? { signal } : {}),
    })
  ).summary;
}

/** As `peekPicture`, for the graph of a run with the values it used. */
export async function peekRun(
  id: string,
  wire: string,
  turn: readonly number[],
  signal?: AbortSignal,
): Promise<Blob> {
  return (await ask(peekPath(id, wire, turn, "picture"), signal ? { signal } : {})).blob();
}

export async function peekRunSummary(
  id: string,
  wire: string,
  turn: readonly number[],
  signal?: AbortSignal,
): Promise<Summary> {
  const path = peekPath(id, wire, turn, "summary");
  return (await askJson<{ readonly summary: Summary }>(path, signal ? { signal } : {})).summary;
}

function peekPath(
  id: string,
  wire: string,
  turn: readonly number[],
  as: "picture" | "summary",
): string {
  const query = new URLSearchParams({
    wire,
    as,
    ...(turn.length > 0 ? { turn: turn.join(",") } : {}),
  });
  return `/api/runs/${id}/peek?${query.toString()}`;
}

/** The events of one run, the oldest first. */
export async function runEvents(id: string, after = 0): Promise<readonly RunEvent[]> {
  return (
    await askJson<{ readonly events: readonly RunEvent[] }>(
      `/api/runs/${id}/events?after=${after}&limit=1000`,
    )
  ).events;
}

export async function listGraphs(): Promise<readonly ListedGraph[]> {
  return (await askJson<{ readonly graphs: readonly ListedGraph[] }>("/api/graphs")).graphs;
}

/** Whether a graph is saved under a name. */
export async function hasGraph(name: string): Promise<boolean> {
  return (await listGraphs()).some((graph) => graph.name === name);
}

export const getGraph = (name: string, version?: number): Promise<SavedGraph> =>
  askJson(`/api/graphs/${name}${version === undefined ? "" : `?version=${version}`}`);

/** Saves over the state with `etag`, or as a new graph where it is null. 412 where it has changed. */
export function putGraph(name: string, graph: Json, etag: string | null): Promise<SavedGraph> {
  const headers: Record<string, string> =
    etag === null ? { "If-None-Match": "*" } : { "If-Match": `"${etag}"` };
  return askJson(`/api/graphs/${name}`, { method: "PUT", json: { graph }, headers });
}

export async function versions(name: string): Promise<readonly Version[]> {
  return (await askJson<{ readonly versions: readonly Version[] }>(`/api/graphs/${name}/versions`))
    .versions;
}

/** Makes an old version the newest one. */
export const restoreGraph = (name: string, version: number): Promise<SavedGraph> =>
  askJson(`/api/graphs/${name}/restore`, { json: { version } });

/** With all its versions. */
export function renameGraph(name: string, to: string, etag: string): Promise<SavedGraph> {
  const headers = { "If-Match": `"${etag}"` };
  return askJson(`/api/graphs/${name}/rename`, { json: { to }, headers });
}

export const removeGraph = (name: string, etag: string): Promise<Response> =>
  ask(`/api/graphs/${name}`, { method: "DELETE", headers: { "If-Match": `"${etag}"` } });

export async function templates(): Promise<readonly ListedTemplate[]> {
  return (await askJson<{ readonly templates: readonly ListedTemplate[] }>("/api/templates"))
    .templates;
}

export const getTemplate = (name: string): Promise<Template> => askJson(`/api/templates/${name}`);

export function upload(file: Blob): Promise<Upload> {
  return askJson("/api/uploads", {
    method: "POST",
    body: file,
    headers: { "Content-Type": file.type },
  });
}

/** The graph that a picture carries, or that its parameters tell. */
export function pictureGraph(file: Blob): Promise<PictureGraph> {
  return askJson("/api/pictures/graph", {
    method: "POST",
    body: file,
    headers: { "Content-Type": file.type || "application/octet-stream" },
  });
}

export const thumbnail = (hash: string, size = 256): string =>
  `/api/artifacts/${hash}/thumbnail?size=${size}`;
