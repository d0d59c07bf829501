/** What a loop does each turn: what it carries on, collects and shows, with the wires for it. */

import type { JSX } from "react";
import { portWords } from "../../canvas/words.ts";
import { NEW_PORT } from "../../graph/measures.ts";
import type { GraphNode } from "../../graph/model.ts";
import type { Target } from "../../graph/wires.ts";
import { say } from "../../texts/texts.ts";
import { WireControl } from "../WireControl.tsx";

export function TurnRows({
  id,
  node,
}: {
  readonly id: string;
  readonly node: GraphNode;
}): JSX.Element {
  const isRepeat = node.type === "Repeat";
  const rows: readonly (readonly [Target, string])[] = [
    ...[...node.next.keys()].map(
      (port) => [{ kind: "next", node: id, port }, portWords(port)] as const,
    ),
    ...[...node.collect.keys()].map(
      (port) => [{ kind: "collect", node: id, port }, portWords(port)] as const,
    ),
    [{ kind: "collect", node: id, port: NEW_PORT }, say("node.new.collect")],
    ...(isRepeat ? ([[{ kind: "show", node: id, port: "" }, say("node.show")]] as const) : []),
  ];
  return (
    <section>
      <h3 className="inspect-section">{say("inspect.turn")}</h3>
      {isRepeat && (
        <Row target={{ kind: "input", node: id, port: NEW_PORT }} name={say("node.new.carried")} />
      )}
      {rows.map(([target, name]) => (
        <Row key={`${target.kind}.${target.port}`} target={target} name={name} />
      ))}
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
