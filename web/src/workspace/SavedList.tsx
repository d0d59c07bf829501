/** The graphs that the server keeps: open, look at versions, rename, download, delete. */

import type { JSX } from "react";
import { useCallback, useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { ListedGraph } from "../api/server.ts";
import { serialize } from "../graph/serialize.ts";
import { IconButton } from "../shell/IconButton.tsx";
import { language, say } from "../texts/texts.ts";
import { FileCover } from "./FileCover.tsx";
import { isName, nameFrom } from "./file.ts";
import { openNamed, read } from "./opening.ts";
import { downloadText, rename } from "./saving.ts";
import { ago, exactly } from "./times.ts";
import { useDesk, useWork } from "./work.ts";

interface Props {
  readonly query: string;
  readonly onOpened: () => void;
}

export default function SavedList({ query, onOpened }: Props): JSX.Element {
  const [graphs, setGraphs] = useState<readonly ListedGraph[] | null>(null);
  const [failure, setFailure] = useState("");
  const refresh = useCallback(() => {
    server
      .listGraphs()
      .then(setGraphs, (error: unknown) =>
        setFailure(error instanceof Error ? error.message : String(error)),
      );
  }, []);
  useEffect(refresh, [refresh]);
  if (failure !== "") return <p className="open-none">{failure}</p>;
  if (!graphs) return <p className="open-none">{say("open.loading")}</p>;
  if (graphs.length === 0) return <p className="open-none">{say("open.empty")}</p>;
  const wanted = query.trim().toLowerCase();
  const found = graphs.filter(({ name, title, about }) =>
    `${name} ${title} ${about}`.toLowerCase().includes(wanted),
  );
  const newest = [...found].sort((a, b) => b.saved.localeCompare(a.saved));
  if (newest.length === 0) return <p className="open-none">{say("open.none")}</p>;
  return (
    <ul className="files">
      {newest.map((graph) => (
        <FileRow key={graph.name} graph={graph} onOpened={onOpened} onChanged={refresh} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly graph: ListedGraph;
  readonly onOpened: () => void;
  readonly onChanged: () => void;
}

function FileRow({ graph, onOpened, onChanged }: RowProps): JSX.Element {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const tell = useDesk((desk) => desk.tell);
  const [doing, setDoing] = useState<"" | "delete" | "rename">("");
  const { name, version, saved } = graph;
  const title = graph.title || name;
  const sorry = (error: unknown): void =>
    tell({ text: error instanceof Error ? error.message : String(error) });
  const done = (): void => {
    setDoing("");
    onChanged();
  };
  return (
    <li className="file">
      <button
        type="button"
        className="file-open"
        onClick={() => void openNamed(work, name).then(onOpened, sorry)}
      >
        <FileCover name={name} />
        <span className="file-title">{title}</span>
        <span className="file-facts" title={exactly(saved, language())}>
          {name} · {say("open.version", { version })} · {ago(saved, language())}
        </span>
      </button>
      {doing === "" && (
        <div className="file-ways">
          <IconButton
            icon="clock"
            label={say("open.versions")}
            onClick={() => ask({ kind: "versions", name, title })}
          />
          <IconButton icon="pencil" label={say("open.rename")} onClick={() => setDoing("rename")} />
          <IconButton
            icon="download"
            label={say("open.download")}
            onClick={() =>
              void server
                .getGraph(name)
                .then((found) => downloadText(serialize(read(found.graph)), `${name}.json`), sorry)
            }
          />
          <IconButton icon="trash" label={say("open.delete")} onClick={() => setDoing("delete")} />
        </div>
      )}
      {doing === "delete" && (
        <Sure
          text={say("open.delete.sure", { name: title })}
          word={say("open.delete")}
          onYes={() => void server.removeGraph(name, graph.etag).then(done, sorry)}
          onNo={() => setDoing("")}
        />
      )}
      {doing === "rename" && (
        <NewName
          name={name}
          onNo={() => setDoing("")}
          onYes={(to) => void rename(work, graph, to).then(done, sorry)}
        />
      )}
    </li>
  );
}

interface SureProps {
  readonly text: string;
  readonly word: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

function Sure({ text, word, onYes, onNo }: SureProps): JSX.Element {
  return (
    <div className="file-sure">
      <span>{text}</span>
      <button type="button" className="button button-bad" onClick={onYes}>
        {word}
      </button>
      <button type="button" className="button" onClick={onNo} autoFocus>
        {say("dialog.cancel")}
      </button>
    </div>
  );
}

interface NewNameProps {
  readonly name: string;
  readonly onYes: (to: string) => void;
  readonly onNo: () => void;
}

function NewName({ name, onYes, onNo }: NewNameProps): JSX.Element {
  const [text, setText] = useState(name);
  const to = isName(text) ? text : nameFrom(text);
  return (
    <form
      className="file-sure"
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== name) onYes(to);
      }}
    >
      <input
        className="text-input"
        autoFocus
        aria-label={say("open.rename.to", { name })}
        title={say("open.rename.about")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button button-strong" disabled={to === name}>
        {say("open.rename")}
      </button>
      <button type="button" className="button" onClick={onNo}>
        {say("dialog.cancel")}
      </button>
    </form>
  );
}
