/** "Paint", beside a picture that becomes a mask. The painter itself is fetched when it is wanted. */

import type { JSX } from "react";
import { useContext } from "react";
import { useStore } from "zustand";
import type { Json } from "../graph/json.ts";
import { splitWire } from "../graph/model.ts";
import { shownGraph, shownTypes } from "../state/document.ts";
import { EditorContext } from "../state/editor.ts";
import type { Editor } from "../state/editor.ts";
import { late } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { useTell } from "../widgets/useTell.ts";
import type { Order } from "./order.ts";
import type { pictureOf as PictureOf } from "./reading.ts";
import { beneathOf, maskWireOf, sizeIn, subjectOf } from "./subject.ts";

const PAINTER = late(() => import("./open.tsx"));
const READING = late(() => import("./reading.ts"));

interface Props {
  /** The input, `node.port`, and how people read it. */
  readonly target: string;
  readonly name: string;
  readonly value: Json;
  readonly set: (value: Json) => void;
}

export function PaintButton(props: Props): JSX.Element | null {
  const editor = useContext(EditorContext);
  return editor && <Offered {...props} editor={editor} />;
}

function Offered(props: Props & { readonly editor: Editor }): JSX.Element | null {
  const { editor, target, value } = props;
  const tell = useTell();
  const kind = useStore(
    editor.document,
    (state) => subjectOf(shownTypes(state), target)?.kind ?? "",
  );
  // Colours are painted around in the file itself: that of a mere name is out of reach.
  if (kind === "" || (kind === "cutout" && !isUpload(value))) return null;
  const paint = async (): Promise<void> => {
    try {
      const [{ openPainter }, { pictureOf }] = await Promise.all([PAINTER.load(), READING.load()]);
      const order = orderOf(props, pictureOf);
      if (order) openPainter(order);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <button
      type="button"
      className="button button-small paint-button nodrag"
      aria-haspopup="dialog"
      aria-label={`${say("field.image.paint")}: ${props.name}`}
      onClick={() => void paint()}
    >
      {say("field.image.paint")}
    </button>
  );
}

function isUpload(value: Json): boolean {
  return typeof value === "string" && value.startsWith("sha256:");
}

function orderOf(
  { editor, target, name, value, set }: Props & { readonly editor: Editor },
  pictureOf: typeof PictureOf,
): Order | null {
  const state = editor.document.getState();
  const types = shownTypes(state);
  const subject = subjectOf(types, target);
  if (!subject) return null;
  const [id] = splitWire(target);
  const whole = state.place === "" ? state.document : null;
  const beneath = beneathOf(types, id);
  const file = typeof value === "string" ? value : "";
  return {
    name,
    subject,
    title: shownGraph(state).title,
    size: sizeIn(types),
    present: async () =>
      file === "" ? null : pictureOf(whole, { file, wire: maskWireOf(types, id) }),
    beneath: async () => beneath && pictureOf(whole, beneath),
    put: (hash) => {
      // A step of its own, whatever was chosen here a moment before.
      editor.document.getState().seal();
      set(hash);
      editor.document.getState().seal();
    },
  };
}
