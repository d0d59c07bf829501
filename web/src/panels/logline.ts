/** One event of a run as a line for people. */

import type { RunEvent } from "../api/server.ts";
import { duration } from "../canvas/words.ts";
import type { Json } from "../graph/json.ts";
import { field } from "../graph/json.ts";
import type { TextName } from "../texts/texts.ts";
import { say } from "../texts/texts.ts";

export interface Line {
  readonly seq: number;
  readonly time: string;
  readonly text: string;
  readonly kind: "main" | "node" | "bad" | "other";
}

export function lineOf(event: RunEvent): Line {
  const { seq, time } = event;
  return { seq, time, ...said(event) };
}

function said(event: RunEvent): Pick<Line, "text" | "kind"> {
  const path = text(event.path);
  switch (event.type) {
    case "run_queued":
    case "run_moved":
      return { kind: "main", text: say(`log.${event.type}`) };
    case "run_started":
      return {
        kind: "main",
        text: say("log.run_started", {
          device: text(event.device),
          attempt: number(event.attempt),
        }),
      };
    case "run_finished": {
      const status = say(`queue.status.${text(event.status)}` as TextName);
      const seconds = duration(number(event.seconds));
      return {
        kind: event.status === "failed" ? "bad" : "main",
        text: say("log.run_finished", { status, seconds }),
      };
    }
    case "planned":
      return {
        kind: "other",
        text: say("log.planned", { count: Array.isArray(event.nodes) ? event.nodes.length : 0 }),
      };
    case "node_notice":
      return { kind: "node", text: `${path}: ${text(event.message)}` };
    case "node_started":
      return { kind: "node", text: say("log.node_started", { path }) };
    case "node_finished":
      if (event.cached === true) return { kind: "node", text: say("log.node_kept", { path }) };
      return {
        kind: "node",
        text: say("log.node_finished", { path, seconds: duration(number(event.seconds)) }),
      };
    case "turn":
      return {
        kind: "node",
        text: say("log.turn", { path, done: number(event.index) + 1, total: number(event.count) }),
      };
    case "node_failed": {
      const problem = event.problem;
      return {
        kind: "bad",
        text: say("log.node_failed", {
          path: text(field(problem, "path")),
          message: text(field(problem, "message")),
        }),
      };
    }
    case "artifact":
      return {
        kind: "node",
        text: say("log.artifact", { path: text(field(event.artifact, "path")) }),
      };
    default:
      return { kind: "other", text: event.type };
  }
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function number(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
