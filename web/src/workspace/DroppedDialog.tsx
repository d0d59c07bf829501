/** A picture with a graph inside: is it the graph that is wanted, or the picture? */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import type { Graph } from "../graph/model.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { say } from "../texts/texts.ts";
import type { Spot } from "./desk.ts";
import { asImage } from "./dropping.ts";
import { openGraph } from "./opening.ts";
import { useDesk, useWork } from "./work.ts";
import "./open.css";

interface Props {
  readonly file: File;
  readonly graph: Graph;
  /** Where on the canvas it was dropped. */
  readonly at: Spot | undefined;
}

export default function DroppedDialog({ file, graph, at }: Props): JSX.Element {
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const [address] = useState(() => URL.createObjectURL(file));
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const title = graph.title || say("file.untitled");
  return (
    <Dialog
      title={say("dropped.title")}
      about={say("dropped.about", { name: file.name, title })}
      onClose={() => ask(null)}
    >
      <div className="dropped">
        <img src={address} alt={file.name} />
      </div>
      <footer className="dialog-foot">
        <button
          type="button"
          className="button"
          onClick={() => {
            ask(null);
            void asImage(work, file, at);
          }}
        >
          {say("dropped.image")}
        </button>
        <button
          type="button"
          className="button button-strong"
          onClick={() => {
            ask(null);
            openGraph(work, graph);
          }}
        >
          {say("dropped.graph")}
        </button>
      </footer>
    </Dialog>
  );
}
