/** Under the stage: what lies beneath the mask, how much is painted, and the ways out. */

import type { JSX } from "react";
import { useRef } from "react";
import { useStore } from "zustand";
import type { From } from "./order.ts";
import type { Session } from "./session.ts";
import { words } from "./words.ts";

interface Props {
  readonly session: Session;
  /** The picture beneath is the one that is painted in: no other can be laid there. */
  readonly fixed: boolean;
  readonly asking: boolean;
  readonly sending: boolean;
  readonly lay: (file: File | undefined) => void;
  readonly use: () => void;
  readonly leave: () => void;
  readonly stay: () => void;
}

export function Foot(props: Props): JSX.Element {
  const { session, fixed, asking, sending, lay, use, leave, stay } = props;
  if (asking) {
    return (
      <div
        className="dialog-foot mask-ask"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="mask-ask"
      >
        <strong id="mask-ask">{words("ask")}</strong>
        <button type="button" className="button" onClick={leave}>
          {words("discard")}
        </button>
        <button type="button" className="button button-strong" autoFocus onClick={stay}>
          {words("keep")}
        </button>
      </div>
    );
  }
  return (
    <div className="dialog-foot mask-foot">
      {!fixed && <Beneath session={session} lay={lay} />}
      <Facts session={session} />
      <button type="button" className="button" onClick={leave}>
        {words("cancel")}
      </button>
      <button type="button" className="button button-strong" disabled={sending} onClick={use}>
        {words(sending ? "sending" : "use")}
      </button>
    </div>
  );
}

const FROM: readonly From[] = ["graph", "result", "own", "plain"];

function Beneath({ session, lay }: Pick<Props, "session" | "lay">): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  const from = useStore(session.store, (sitting) => sitting.from);
  const found = useStore(session.store, (sitting) => sitting.found);
  const kinds = FROM.filter((kind) => kind === "plain" || found[kind]);
  return (
    <span className="mask-beneath">
      <label>
        <span>{words("beneath")}</span>
        <select
          value={from}
          onChange={(event) => {
            const kind = kinds.find((one) => one === event.target.value) ?? "plain";
            session.lay(kind, found[kind] ?? null);
          }}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words(`beneath.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button" onClick={() => chooser.current?.click()}>
        {words("choose")}
      </button>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        aria-label={words("choose")}
        onChange={(event) => {
          lay(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </span>
  );
}

function Facts({ session }: { readonly session: Session }): JSX.Element {
  const share = useStore(session.store, (sitting) => sitting.share);
  const { width, height } = useStore(
    session.store,
    ({ picture, painting }) => picture ?? painting.size,
  );
  const percent = share > 0 && share < 0.01 ? "<1" : String(Math.round(share * 100));
  return <span className="mask-facts">{words("facts", { width, height, share: percent })}</span>;
}
