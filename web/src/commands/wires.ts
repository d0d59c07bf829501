/** Commands on one wire. */

import { disconnect, disconnectSource } from "../graph/commands/cutting.ts";
import { removeBend } from "../graph/commands/wiring.ts";
import { bendsOf } from "../graph/view.ts";
import { wiresOf } from "../graph/wires.ts";
import type { WireRef } from "../graph/wires.ts";
import { shownGraph } from "../state/document.ts";
import type { Command, Doing } from "./command.ts";

/** What can be done with the wire of that key, where there is one. */
export function wireCommands(key: string): readonly Command[] {
  const on = (doing: Doing, act: (wire: WireRef) => void): void => {
    const wire = wiresOf(shownGraph(doing.editor.document.getState())).find(
      (one) => one.key === key,
    );
    if (wire) act(wire);
  };
  return [
    {
      id: "wire-cut",
      title: "Disconnect",
      group: "wire",
      run: (doing) =>
        on(doing, (wire) =>
          doing.editor.document
            .getState()
            .edit("Disconnect", (graph) => disconnect(graph, wire.target)),
        ),
    },
    {
      id: "wire-cut-all",
      title: "Disconnect all of this output",
      group: "wire",
      run: (doing) =>
        on(doing, (wire) =>
          doing.editor.document
            .getState()
            .edit("Disconnect", (graph) => disconnectSource(graph, wire.source)),
        ),
    },
    {
      id: "wire-straight",
      title: "Remove its bends",
      group: "wire",
      run: (doing) =>
        on(doing, (wire) => {
          doing.editor.document.getState().edit("Remove bends", (graph) => {
            const count = bendsOf(graph).get(wire.key)?.length ?? 0;
            return Array.from({ length: count }).reduce(
              (made: typeof graph) => removeBend(made, wire.key, 0),
              graph,
            );
          });
        }),
    },
  ];
}
