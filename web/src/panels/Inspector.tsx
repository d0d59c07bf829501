/** What is chosen on the canvas, in full: one node, several, or the graph itself. */

import type { JSX } from "react";
import { useDocument } from "../state/editor.ts";
import { GraphInspector } from "./inspector/GraphInspector.tsx";
import { ManyInspector } from "./inspector/ManyInspector.tsx";
import { NodeInspector } from "./inspector/NodeInspector.tsx";
import "./inspector/inspector.css";

export default function Inspector(): JSX.Element {
  const selection = useDocument((state) => state.selection);
  const ids = [...selection];
  const [id] = ids;
  if (id === undefined) return <GraphInspector />;
  return ids.length === 1 ? <NodeInspector key={id} id={id} /> : <ManyInspector ids={ids} />;
}
