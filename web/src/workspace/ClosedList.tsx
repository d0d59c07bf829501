/** Drafts whose tabs were closed without being saved: kept, and opened again as they were. */

import type { JSX } from "react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { parse } from "../graph/parse.ts";
import { IconButton } from "../shell/IconButton.tsx";
import { language, say } from "../texts/texts.ts";
import type { Draft } from "./drafts.ts";
import { reopen } from "./opening.ts";
import { Schematic } from "./Schematic.tsx";
import { ago } from "./times.ts";
import { useWork } from "./work.ts";

interface Props {
  readonly query: string;
  readonly onOpened: () => void;
}

export default function ClosedList({ query, onOpened }: Props): JSX.Element {
  const work = useWork();
  const [found, setFound] = useState<readonly Draft[] | null>(null);
  useEffect(() => {
    void (work.drafts?.closed() ?? Promise.resolve([])).then(setFound);
  }, [work]);
  const wanted = query.trim().toLowerCase();
  const shown = found?.filter(({ title, file }) =>
    `${title} ${file.name}`.toLowerCase().includes(wanted),
  );
  if (!shown) return <p className="open-none">{say("open.loading")}</p>;
  if (shown.length === 0) return <p className="open-none">{say("open.nothing-closed")}</p>;
  const forget = (id: string): void => {
    void work.drafts?.remove(id);
    setFound(found?.filter((draft) => draft.id !== id) ?? null);
  };
  return (
    <ul className="files">
      {shown.map((draft) => (
        <li key={draft.id} className="file">
          <button
            type="button"
            className="file-open"
            onClick={() => void reopen(work, draft).then(onOpened)}
          >
            <span className="file-cover">
              <DraftDrawing text={draft.document} />
            </span>
            <span className="file-title">{draft.title || say("file.untitled")}</span>
            <span className="file-facts">{ago(draft.closed ?? draft.written, language())}</span>
          </button>
          <div className="file-ways">
            <IconButton icon="trash" label={say("open.delete")} onClick={() => forget(draft.id)} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function DraftDrawing({ text }: { readonly text: string }): JSX.Element | null {
  const catalogue = useStore(useWork().shelf, (state) => state.catalogue);
  const graph = useMemo(() => parse(text).graph, [text]);
  return graph && <Schematic graph={graph} catalogue={catalogue} />;
}
