/** The palette of node types: search by any name, see what it takes and gives, add it. */

import type { JSX } from "react";
import { useCallback, useMemo } from "react";
import type { Entry } from "../graph/search.ts";
import { entriesOf, nameOf, search } from "../graph/search.ts";
import { useDocument, useEditor, useUi } from "../state/editor.ts";
import type { PaletteAt } from "../state/ui.ts";
import { say } from "../texts/texts.ts";
import { Chooser } from "./Chooser.tsx";
import type { Row } from "./Chooser.tsx";
import { liked, remember } from "./liked.ts";
import { add, fitting } from "./placing.ts";

const SHOWN = 60;

interface Found extends Row {
  readonly entry: Entry;
}

export default function Palette({ at }: { readonly at: PaletteAt }): JSX.Element {
  const editor = useEditor();
  const close = useUi((ui) => ui.closePalette);
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const entries = useMemo(() => {
    const all = entriesOf(catalogue, document);
    return at.loose ? fitting(editor.document.getState(), all, at) : all;
  }, [catalogue, document, editor, at]);
  const find = useCallback(
    (query: string) => search(entries, query, liked()).slice(0, SHOWN).map(rowOf),
    [entries],
  );
  const choose = ({ key, entry }: Found): void => {
    remember(key);
    add(editor.document, entry, at);
    close();
  };
  const port =
    at.loose && ("from" in at.loose ? at.loose.from : `${at.loose.to.node}.${at.loose.to.port}`);
  return (
    <Chooser
      id="palette"
      label={say("palette.label")}
      lead={port === undefined ? "" : say("palette.fits", { port })}
      placeholder={say("palette.placeholder")}
      none={say("palette.none")}
      at={at.screen}
      find={find}
      onChoose={choose}
      onEscape={close}
      onClose={close}
    />
  );
}

function rowOf(entry: Entry): Found {
  const { label, category, summary } = entry;
  return { key: nameOf(entry), name: label, category, about: summary, entry };
}
