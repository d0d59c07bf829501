/** The palette of node types: search by any name, see what it takes and gives, add it. */

import type { JSX } from "react";
import { useCallback, useMemo } from "react";
import { keyWords } from "../commands/keys.ts";
import type { Entry } from "../graph/search.ts";
import { entriesOf, nameOf, search } from "../graph/search.ts";
import { useDocument, useEditor, useUi } from "../state/editor.ts";
import type { PaletteAt } from "../state/ui.ts";
import { say } from "../texts/texts.ts";
import { Chooser } from "./Chooser.tsx";
import type { Mark, Row } from "./Chooser.tsx";
import { liked, remember, toggleFavourite } from "./liked.ts";
import { add, fitting } from "./placing.ts";
import { useFavourites } from "./useFavourites.ts";

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
  const favourite = useFavourites();
  const tell = useUi((ui) => ui.say);
  const mark: Mark<Found> = {
    isOn: ({ key }) => favourite.has(key),
    label: ({ key, name }) => say(favourite.has(key) ? "liked.remove" : "liked.add", { name }),
    toggle: ({ key, name }) => {
      toggleFavourite(key);
      tell(say(favourite.has(key) ? "liked.removed" : "liked.added", { name }));
    },
    word: say("liked.is"),
    hint: say("liked.hint", { key: keyWords("Ctrl+D") }),
  };
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
      mark={mark}
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
