/** A sentence for everybody, from a widget: shown until dismissed, and read to screen readers. */

import { useContext } from "react";
import { EditorContext } from "../state/editor.ts";

/** Widgets also stand in forms without an editor; there the sentence goes unsaid. */
export function useTell(): (sentence: string) => void {
  const editor = useContext(EditorContext);
  return (sentence) => editor?.ui.getState().tell(sentence);
}
