/** A picture of AUTOMATIC1111 as a graph: the server builds it from the text in the picture. */

import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import { mayTellMaking } from "../graph/generation.ts";
import type { Graph } from "../graph/model.ts";
import { read } from "./opening.ts";

export interface Made {
  readonly graph: Graph;
  /** Sentences about what it leaves out. */
  readonly notes: readonly string[];
}

/** Null where the picture does not tell. Throws ServerError where the server cannot be reached. */
export async function madeFrom(file: File): Promise<Made | null> {
  if (!mayTellMaking(new Uint8Array(await file.arrayBuffer()))) return null;
  try {
    const { graph, notes } = await server.pictureGraph(file);
    return { graph: read(graph), notes };
  } catch (error) {
    if (error instanceof ServerError && error.status !== 0) return null;
    throw error;
  }
}
