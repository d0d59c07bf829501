/** What an opened graph names and this machine lacks. The file is kept as it is. */

import type { JSX } from "react";
import { Dialog } from "../shell/Dialog.tsx";
import { say } from "../texts/texts.ts";
import type { Missing } from "./desk.ts";
import { useDesk } from "./work.ts";
import "./open.css";

interface Props {
  readonly title: string;
  readonly items: readonly Missing[];
}

export default function MissingDialog({ title, items }: Props): JSX.Element {
  const ask = useDesk((desk) => desk.ask);
  const open = useDesk((desk) => desk.open);
  return (
    <Dialog
      title={say("missing.title")}
      about={say("missing.about", { title: title || say("file.untitled") })}
      onClose={() => ask(null)}
    >
      <div className="dialog-body">
        <ul className="missing">
          {items.map(({ list, value, node, port }) => (
            <li key={`${list} ${value}`}>
              <code>{value}</code>
              <small>
                {list || say("missing.type")} ·{" "}
                {say("missing.at", { node: port === "" ? node : `${node}.${port}` })}
              </small>
            </li>
          ))}
        </ul>
      </div>
      <footer className="dialog-foot">
        <button
          type="button"
          className="button"
          onClick={() => {
            ask(null);
            open("models");
          }}
        >
          {say("missing.models")}
        </button>
        <button type="button" className="button button-strong" onClick={() => ask(null)}>
          {say("missing.go")}
        </button>
      </footer>
    </Dialog>
  );
}
