/** The cover of a saved graph: its newest picture where this browser knows one, else its drawing. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import * as server from "../api/server.ts";
import type { Graph } from "../graph/model.ts";
import { Schematic } from "./Schematic.tsx";
import { useSeen } from "./seen.ts";
import { read } from "./opening.ts";
import { useWork } from "./work.ts";

export function FileCover({ name }: { readonly name: string }): JSX.Element {
  const { drafts } = useWork();
  const [box, seen] = useSeen();
  const [picture, setPicture] = useState("");
  useEffect(() => {
    if (!seen || !drafts) return;
    void drafts
      .kept(`cover:${name}`)
      .then((hash) => setPicture(typeof hash === "string" ? hash : ""));
  }, [seen, drafts, name]);
  return (
    <span className="file-cover" ref={box}>
      {seen &&
        (picture === "" ? (
          <Drawn name={name} />
        ) : (
          <img src={server.thumbnail(picture, 256)} alt="" onError={() => setPicture("")} />
        ))}
    </span>
  );
}

function Drawn({ name }: { readonly name: string }): JSX.Element | null {
  const { shelf } = useWork();
  const catalogue = useStore(shelf, (state) => state.catalogue);
  const [graph, setGraph] = useState<Graph | null>(null);
  useEffect(() => {
    let gone = false;
    void server.getGraph(name).then(
      (found) => {
        if (!gone) setGraph(read(found.graph));
      },
      // A file that cannot be read has no drawing; opening it says why.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [name]);
  return graph && <Schematic graph={graph} catalogue={catalogue} />;
}
