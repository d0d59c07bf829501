/** The graphs that come with latentgraph, each with what it draws. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import * as server from "../api/server.ts";
import type { ListedTemplate } from "../api/server.ts";
import type { Graph } from "../graph/model.ts";
import { say } from "../texts/texts.ts";
import { openTemplate, read } from "../workspace/opening.ts";
import { Schematic } from "../workspace/Schematic.tsx";
import { useSeen } from "../workspace/seen.ts";
import { useDesk, useWork } from "../workspace/work.ts";
import { pictureOf } from "./templatepictures.ts";
import "../workspace/open.css";

interface Props {
  readonly query: string;
  readonly onOpened: () => void;
}

export default function Templates({ query, onOpened }: Props): JSX.Element {
  const work = useWork();
  const tell = useDesk((desk) => desk.tell);
  const [templates, setTemplates] = useState<readonly ListedTemplate[] | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    server.templates().then(
      (found) => setTemplates(inOrder(found)),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  if (failure !== "") return <p className="open-none">{failure}</p>;
  if (!templates) return <p className="open-none">{say("open.loading")}</p>;
  const wanted = query.trim().toLowerCase();
  const found = templates.filter(({ name, title, about }) =>
    `${name} ${title} ${about}`.toLowerCase().includes(wanted),
  );
  if (found.length === 0) return <p className="open-none">{say("open.none")}</p>;
  const open = (name: string): void =>
    void openTemplate(work, name).then(onOpened, (error: unknown) =>
      tell({ text: error instanceof Error ? error.message : String(error) }),
    );
  return (
    <ul className="files templates">
      {found.map(({ name, title, about }) => (
        <li key={name} className="file">
          <button type="button" className="file-open" onClick={() => open(name)}>
            <TemplateCover name={name} />
            <span className="file-title">{title}</span>
            <span className="file-about">{about}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const FIRST = ["txt2img", "txt2img-simple", "img2img"];

/** Where a beginner starts, then those that run as they are, then the rest; each by name. */
function inOrder(templates: readonly ListedTemplate[]): readonly ListedTemplate[] {
  const rank = ({ name }: ListedTemplate): number => {
    const first = FIRST.indexOf(name);
    return first >= 0 ? first : pictureOf(name) === "" ? FIRST.length + 1 : FIRST.length;
  };
  return [...templates].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The template's drawing, and beside it the picture that it makes with the embedded model. */
function TemplateCover({ name }: { readonly name: string }): JSX.Element {
  const { shelf } = useWork();
  const catalogue = useStore(shelf, (state) => state.catalogue);
  const [box, seen] = useSeen();
  const [graph, setGraph] = useState<Graph | null>(null);
  const picture = pictureOf(name);
  useEffect(() => {
    if (!seen) return;
    let gone = false;
    void server.getTemplate(name).then(
      (found) => {
        if (!gone) setGraph(read(found.graph));
      },
      // A template that cannot be read has no drawing; opening it says why.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [seen, name]);
  return (
    <span
      className="file-cover template-cover"
      data-picture={picture !== "" || undefined}
      ref={box}
    >
      {graph && <Schematic graph={graph} catalogue={catalogue} />}
      {seen && picture !== "" && <img src={picture} alt="" />}
    </span>
  );
}
