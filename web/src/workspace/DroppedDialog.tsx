/** A picture with a graph inside: is it the graph that is wanted, or the picture? */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import { Dialog } from "../shell/Dialog.tsx";
import { say } from "../texts/texts.ts";
import type { Dropped } from "./desk.ts";
import { asImage } from "./dropping.ts";
import { openGraph } from "./opening.ts";
import { useDesk, useWork } from "./work.ts";
import "./open.css";

export default function DroppedDialog({ dropped }: { readonly dropped: Dropped }): JSX.Element {
  const { file, graph, notes, at } = dropped;
  const work = useWork();
  const ask = useDesk((desk) => desk.ask);
  const [address] = useState(() => URL.createObjectURL(file));
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const title = graph.title || say("file.untitled");
  return (
    <Dialog
      title={say(notes ? "dropped.made.title" : "dropped.title")}
      about={say(notes ? "dropped.made.about" : "dropped.about", { name: file.name, title })}
      onClose={() => ask(null)}
    >
      <div className="dropped">
        <img src={address} alt={file.name} />
        {notes && notes.length > 0 && (
          <ul className="dropped-notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
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
