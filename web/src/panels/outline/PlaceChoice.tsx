/** Which graph of the file is shown: its own, or one of its definitions. */

import type { JSX } from "react";
import { useDocument } from "../../state/editor.ts";
import { say } from "../../texts/texts.ts";

export function PlaceChoice(): JSX.Element | null {
  const definitions = useDocument((state) => state.document.definitions);
  const place = useDocument((state) => state.place);
  const enter = useDocument((state) => state.enter);
  if (definitions.size === 0) return null;
  const places = ["", ...definitions.keys()];
  return (
    <div className="outline-places" role="group" aria-label={say("outline.place")}>
      {places.map((name) => (
        <button
          key={name}
          type="button"
          className="button button-small"
          aria-pressed={name === place}
          onClick={() => enter(name)}
        >
          {name === "" ? say("outline.place.main") : name}
        </button>
      ))}
    </div>
  );
}
