/** Moves the chosen nodes into another body: of a loop, or the top. What had to be cut is said. */

import type { JSX } from "react";
import { Suspense, useState } from "react";
import { moveInto } from "../../graph/commands/loops.ts";
import { scopesOf } from "../../graph/scopes.ts";
import { shownGraph } from "../../state/document.ts";
import { useDocument, useUi } from "../../state/editor.ts";
import { lateView } from "../../state/late.ts";
import { say } from "../../texts/texts.ts";

const ChoiceList = lateView(() => import("../../widgets/ChoiceList.tsx"));

export function MoveInto(): JSX.Element | null {
  const [open, setOpen] = useState(false);
  const graph = useDocument(shownGraph);
  const selection = useDocument((state) => state.selection);
  const edit = useDocument((state) => state.edit);
  const tell = useUi((ui) => ui.tell);
  const top = say("outline.move.top");
  const loops = [...scopesOf(graph).nodes]
    .filter(([id, node]) => node.body && !selection.has(id))
    .map(([id]) => id);
  const inside = [...selection].some((id) => scopesOf(graph).home(id) !== "");
  const options = [...(inside ? [top] : []), ...loops];
  if (options.length === 0) return null;
  const choose = (option: string | null): void => {
    setOpen(false);
    if (option === null) return;
    let said = "";
    edit(say("outline.move"), (now, types) => {
      const made = moveInto(now, types, [...selection], option === top ? "" : option);
      if ("refusal" in made) {
        said = made.refusal;
        return now;
      }
      if (made.cut.length > 0) said = `These wires had to be cut: ${made.cut.join(", ")}.`;
      return made.graph;
    });
    if (said !== "") tell(said);
  };
  const trigger = (
    <button
      type="button"
      className="button button-small"
      aria-haspopup="listbox"
      aria-expanded={open}
      onClick={() => setOpen(true)}
    >
      {say("outline.move")} …
    </button>
  );
  if (!open) return trigger;
  return (
    <Suspense fallback={trigger}>
      <ChoiceList
        name={say("outline.move")}
        options={options}
        chosen=""
        unset={false}
        refresh={false}
        choose={choose}
        close={() => setOpen(false)}
      >
        {trigger}
      </ChoiceList>
    </Suspense>
  );
}
