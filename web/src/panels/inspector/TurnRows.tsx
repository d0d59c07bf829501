/** What a loop does each turn: what it carries on, collects and shows, with the wires for it. */

import type { JSX } from "react";
import { NEW_PORT } from "../../graph/measures.ts";
import type { GraphNode } from "../../graph/model.ts";
import type { Target } from "../../graph/wires.ts";
import { say } from "../../texts/texts.ts";
import { WireControl } from "../WireControl.tsx";
import { CarriedRow } from "./CarriedRow.tsx";

export function TurnRows({
  id,
  node,
}: {
  readonly id: string;
  readonly node: GraphNode;
}): JSX.Element {
  const isRepeat = node.type === "Repeat";
  return (
    <section>
      <h3 className="inspect-section">{say("inspect.turn")}</h3>
      {isRepeat && (
        <Row target={{ kind: "input", node: id, port: NEW_PORT }} name={say("node.new.carried")} />
      )}
      {[...node.next.keys()].map((port) => (
        <CarriedRow key={`next.${port}`} id={id} kind="next" port={port} />
      ))}
      {[...node.collect.keys()].map((port) => (
        <CarriedRow key={`collect.${port}`} id={id} kind="collect" port={port} />
      ))}
      <Row target={{ kind: "collect", node: id, port: NEW_PORT }} name={say("node.new.collect")} />
      {isRepeat && <Row target={{ kind: "show", node: id, port: "" }} name={say("node.show")} />}
    </section>
  );
}

function Row({ target, name }: { readonly target: Target; readonly name: string }): JSX.Element {
  return (
    <div className="inspect-row">
      <span className="inspect-name">{name}</span>
      <WireControl target={target} name={name} type="?" many={false} />
    </div>
  );
}
