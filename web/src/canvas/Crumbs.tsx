/** Where in the file the canvas stands: the file, then the subgraph that is open. */

import type { JSX } from "react";
import { useDocument, useUi } from "../state/editor.ts";
import { say } from "../texts/texts.ts";

export function Crumbs(): JSX.Element | null {
  const place = useDocument((document) => document.place);
  const title = useDocument((document) => document.document.title);
  const enter = useDocument((document) => document.enter);
  const stand = useUi((ui) => ui.standIn);
  if (place === "") return null;
  return (
    <nav className="crumbs" aria-label={say("crumbs.label")}>
      <button
        type="button"
        className="crumb"
        onClick={() => {
          enter("");
          stand("");
        }}
      >
        {title || say("file.untitled")}
      </button>
      <span aria-hidden="true">›</span>
      <span className="crumb crumb-here" aria-current="page">
        {place}
      </span>
    </nav>
  );
}
