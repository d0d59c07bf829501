/** An ended run, read from the server; the last one stays until the next is there. */

import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { Run } from "../api/server.ts";
import type { Graph } from "../graph/model.ts";
import { parse } from "../graph/parse.ts";
import { orNull } from "./peeking.ts";

export function useRun(id: string | null): Run | null {
  const [run, setRun] = useState<Run | null>(null);
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    void orNull(server.getRun(id)).then((found) => {
      if (!gone) setRun(found);
    });
    return () => {
      gone = true;
    };
  }, [id]);
  return id === null ? null : run;
}

/** The graph of a run with the values it used. */
export function useRunGraph(id: string | null): Graph | null {
  const [found, setFound] = useState<{ readonly id: string; readonly graph: Graph | null } | null>(
    null,
  );
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    void orNull(server.runGraph(id)).then((text) => {
      if (!gone) setFound({ id, graph: text === null ? null : parse(text).graph });
    });
    return () => {
      gone = true;
    };
  }, [id]);
  return found?.id === id ? found.graph : null;
}
