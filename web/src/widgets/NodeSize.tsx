/** The buttons beside width and height of a node that has both, neither of them wired. */

import type { JSX } from "react";
import { resetParam, setParam } from "../graph/commands/nodes.ts";
import type { Graph } from "../graph/model.ts";
import type { Plain } from "../graph/plain.ts";
import { useDocument, useInput, useWired } from "../state/editor.ts";
import { useTyped } from "./fieldvalue.ts";
import { SizeButtons } from "./SizeButtons.tsx";

type Side = "width" | "height";

export function sideOf(port: string): Side | null {
  return port === "width" || port === "height" ? port : null;
}

export function NodeSize({
  id,
  port,
}: {
  readonly id: string;
  readonly port: Side;
}): JSX.Element | null {
  const width = useInput(id, "width");
  const height = useInput(id, "height");
  const typedWidth = useTyped(id, "width");
  const typedHeight = useTyped(id, "height");
  const wired = useWired(id);
  const edit = useDocument((state) => state.edit);
  const plains = { width: width?.plain, height: height?.plain };
  if (!width || !height || !isWhole(plains.width) || !isWhole(plains.height)) return null;
  if (wired.has("in.width") || wired.has("in.height")) return null;
  const number = (value: unknown, fallback: unknown): number | null =>
    typeof value === "number"
      ? value
      : typeof fallback === "number" && value === undefined
        ? fallback
        : null;
  const sides = {
    width: number(typedWidth, width.default),
    height: number(typedHeight, height.default),
  };
  const put = (graph: Graph, side: Side, value: number | null): Graph =>
    value === null ? resetParam(graph, id, side) : setParam(graph, id, side, value);
  return (
    <SizeButtons
      port={port}
      sides={sides}
      plains={{ width: plains.width, height: plains.height }}
      set={(next) =>
        edit("Set the size", (graph) => put(put(graph, "width", next.width), "height", next.height))
      }
    />
  );
}

function isWhole(plain: Plain | null | undefined): plain is Plain {
  return plain?.kind === "int";
}
