/** What a wire carried in the run that is shown: shape, type, device, range, how it is spread. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import type { Summary } from "../api/server.ts";
import type { Json } from "../graph/json.ts";
import { isList, isObject } from "../graph/json.ts";
import type { Source } from "../graph/scopes.ts";
import { IconButton } from "../shell/IconButton.tsx";
import { shownTypes } from "../state/document.ts";
import { useEditor } from "../state/editor.ts";
import type { Editor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import type { Inspected } from "../workspace/desk.ts";
import { useDesk } from "../workspace/work.ts";
import { Histogram } from "./Histogram.tsx";
import { summaryOf } from "./peeking.ts";
import { newestTurn } from "./turns.ts";
import "./inspector.css";

const WIDTH = 264;

export default function WireInspector({
  inspected,
}: {
  readonly inspected: Inspected;
}): JSX.Element {
  const { wires, screen, stays } = inspected;
  const inspect = useDesk((desk) => desk.inspect);
  const left = Math.max(8, Math.min(screen.x + 14, window.innerWidth - WIDTH - 8));
  const low = screen.y > window.innerHeight - 260;
  const place = low
    ? { left, bottom: window.innerHeight - screen.y + 12 }
    : { left, top: screen.y + 14 };
  return (
    <div
      className="wire-values"
      role={stays ? "dialog" : "status"}
      aria-label={say("wire.values")}
      style={{ ...place, width: WIDTH }}
    >
      {stays && (
        <IconButton
          icon="close"
          className="wire-close"
          label={say("dialog.close")}
          onClick={() => inspect(null)}
        />
      )}
      {wires.map((wire) => (
        <WireValue key={`${wire.node}.${wire.port}.${wire.side}`} wire={wire} />
      ))}
    </div>
  );
}

/** `undefined` while it is asked for, null where nothing is kept. */
function useSummary(editor: Editor, { node, port, side }: Source): Summary | null | undefined {
  const [found, setFound] = useState<Summary | null | undefined>(undefined);
  useEffect(() => {
    const asking = new AbortController();
    const states = editor.states.getState().byPath;
    const { standing } = editor.ui.getState();
    const within = (id: string): string => (standing === "" ? id : `${standing}/${id}`);
    const count = (id: string): number => {
      const state = states.get(within(id));
      return state?.turns?.[1] ?? state?.total ?? 1;
    };
    const turn = newestTurn(shownTypes(editor.document.getState()), { node, port, side }, count);
    const asked = turn
      ? summaryOf(editor, `${within(node)}.${port}`, turn, asking.signal)
      : Promise.resolve(null);
    void asked.then((summary) => {
      if (!asking.signal.aborted) setFound(summary);
    });
    return () => asking.abort();
  }, [editor, node, port, side]);
  return found;
}

function WireValue({ wire }: { readonly wire: Source }): JSX.Element {
  const editor = useEditor();
  const found = useSummary(editor, wire);
  const type = shownTypes(editor.document.getState()).of(wire)?.name ?? "";
  return (
    <section>
      <h2>
        {wire.node}.{wire.port} <small>{type}</small>
      </h2>
      {found === null && <p>{say("wire.lost")}</p>}
      {found && <Facts summary={found} />}
    </section>
  );
}

function Facts({ summary }: { readonly summary: Summary }): JSX.Element {
  const { tensors, items, value } = summary;
  if (isList(items)) {
    return (
      <>
        <p>{say("wire.items", { count: items.length })}</p>
        {isObject(items[0]) && <Facts summary={items[0]} />}
      </>
    );
  }
  if (value !== undefined && value !== null)
    return (
      <p className="wire-plain">{typeof value === "string" ? value : JSON.stringify(value)}</p>
    );
  if (!isList(tensors) || tensors.length === 0) return <p>{say("wire.nothing")}</p>;
  return (
    <>
      {tensors
        .slice(0, 4)
        .map((tensor, at) => (isObject(tensor) ? <Tensor key={at} facts={tensor} /> : null))}
      {tensors.length > 4 && <p>{say("wire.more", { count: tensors.length - 4 })}</p>}
    </>
  );
}

function Tensor({ facts }: { readonly facts: Summary }): JSX.Element {
  const { shape, dtype, device, min, max, mean, histogram } = facts;
  return (
    <dl className="tensor">
      <dt>{say("wire.shape")}</dt>
      <dd>{isList(shape) && shape.length > 0 ? shape.map(String).join(" × ") : "—"}</dd>
      <dt>{say("wire.dtype")}</dt>
      <dd>
        {words(dtype).replace("torch.", "")} · {words(device)}
      </dd>
      {min !== undefined && (
        <>
          <dt>{say("wire.range")}</dt>
          <dd>
            {short(min)} … {short(max)}
          </dd>
          <dt>{say("wire.mean")}</dt>
          <dd>{short(mean)}</dd>
        </>
      )}
      {isList(histogram) && (
        <Histogram counts={histogram.filter((count) => typeof count === "number")} />
      )}
    </dl>
  );
}

function words(value: Json | undefined): string {
  return typeof value === "string" ? value : "—";
}

/** Four digits; NaN and infinity come as null. */
function short(value: Json | undefined): string {
  if (typeof value !== "number") return say("wire.nan");
  return String(Number(value.toPrecision(4)));
}
