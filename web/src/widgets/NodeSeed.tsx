/** The seed of a node on the canvas, with what becomes of it after each run. */

import type { JSX } from "react";
import { shownGraph } from "../state/document.ts";
import { useDocument } from "../state/editor.ts";
import { SeedField } from "./SeedField.tsx";
import { seedMode, setSeedMode, useUsedSeed } from "./seeds.ts";
import type { WidgetProps } from "./widget.ts";

interface Props extends WidgetProps {
  readonly id: string;
  readonly port: string;
}

export function NodeSeed({ id, port, ...props }: Props): JSX.Element {
  const place = useDocument((state) => state.place);
  const mode = useDocument((state) => seedMode(shownGraph(state), id, port));
  const edit = useDocument((state) => state.edit);
  const used = useUsedSeed(place, id, port);
  return (
    <SeedField
      {...props}
      mode={mode}
      used={used}
      setMode={(next) => edit("Seed after runs", (graph) => setSeedMode(graph, id, port, next))}
    />
  );
}
