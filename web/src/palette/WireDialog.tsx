/** Wires made from the keyboard: choose an end of the node, then one that it fits. */

import type { JSX } from "react";
import { useCallback, useMemo, useState } from "react";
import { linkFrom, connectionOf } from "../canvas/linking.ts";
import { portWords } from "../canvas/words.ts";
import { connect } from "../graph/commands/wiring.ts";
import type { Handle } from "../graph/nodeshape.ts";
import { useEditor, useGeometry } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { Chooser } from "./Chooser.tsx";
import type { Row } from "./Chooser.tsx";

interface End extends Row {
  readonly node: string;
  readonly handle: Handle;
}

export default function WireDialog({ node }: { readonly node: string }): JSX.Element {
  const editor = useEditor();
  const geometry = useGeometry();
  const [from, setFrom] = useState<Handle | null>(null);
  const close = (): void => editor.ui.getState().wireFrom(null);
  const ends = useMemo<readonly End[]>(() => {
    if (!from) return geometry.shape(node).handles.map((handle) => endOf(node, handle, false));
    const link = linkFrom(geometry.types, node, from, false);
    return [...geometry.types.scopes.nodes.keys()].flatMap((id) => {
      if (!geometry.visible(id)) return [];
      const fitting = geometry
        .shape(id)
        .handles.filter((handle) => link.refusal(id, handle) === null);
      return fitting.map((handle) => endOf(id, handle, true));
    });
  }, [geometry, node, from]);
  const find = useCallback(
    (query: string) => ends.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase())),
    [ends],
  );
  const choose = (end: End): void => {
    if (!from) {
      setFrom(end.handle);
      return;
    }
    const connection = connectionOf(node, from, end.node, end.handle);
    if (connection) {
      editor.document
        .getState()
        .edit("Connect", (graph, types) => connect(graph, types, connection));
      editor.ui.getState().say(
        say("wire.made", {
          from: connection.source,
          to: `${connection.target.node}.${connection.target.port}`,
        }),
      );
    }
    close();
  };
  const label = from
    ? say("wire.to", { port: `${node}.${from.port}` })
    : say("wire.from", { node });
  return (
    <Chooser
      key={from?.key ?? ""}
      id="wire"
      label={label}
      lead={label}
      none={say("wire.none")}
      at={null}
      find={find}
      onChoose={choose}
      onEscape={from ? () => setFrom(null) : close}
      onClose={close}
    />
  );
}

/** `whole`: named with its node. */
function endOf(node: string, handle: Handle, whole: boolean): End {
  const words = portWords(handle.port);
  return {
    key: `${node} ${handle.key}`,
    name: whole ? `${node} · ${words}` : words,
    category: handle.type,
    about: say(handle.target ? "wire.input" : "wire.output"),
    node,
    handle,
  };
}
