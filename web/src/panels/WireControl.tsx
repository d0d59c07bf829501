/** What is wired to one end, and another output for it: wires without a canvas. */

import type { JSX } from "react";
import { Suspense, useMemo, useState } from "react";
import { disconnect } from "../graph/commands/cutting.ts";
import { unexposeInput } from "../graph/commands/faces.ts";
import { applyFix, connect } from "../graph/commands/wiring.ts";
import type { Graph } from "../graph/model.ts";
import { wireList } from "../graph/model.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import { scopesOf } from "../graph/scopes.ts";
import { positionOf } from "../graph/view.ts";
import type { Target } from "../graph/wires.ts";
import { wireAt } from "../graph/wires.ts";
import { Icon } from "../shell/Icon.tsx";
import { shownGraph, shownTypes } from "../state/document.ts";
import { useDocument, useEditor } from "../state/editor.ts";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { connectionOf, sourcesFor } from "../widgets/sources.ts";
import type { SourceOption } from "../widgets/sources.ts";

const ChoiceList = lateView(() => import("../widgets/ChoiceList.tsx"));

interface Props {
  readonly target: Target;
  /** The port's name as people read it. */
  readonly name: string;
  readonly type: string;
  /** It takes several wires. */
  readonly many: boolean;
  /** A small button alone: what is wired is shown elsewhere. */
  readonly small?: boolean;
}

export function WireControl({ target, name, type, many, small = false }: Props): JSX.Element {
  const edit = useDocument((state) => state.edit);
  const text = useDocument((state) => wiresAt(shownGraph(state), target).join(" "));
  const face = useDocument((state) =>
    target.kind === "input"
      ? (shownTypes(state).public.get(`${target.node}.${target.port}`) ?? "")
      : "",
  );
  const wires = text === "" ? [] : text.split(" ");
  if (face !== "") {
    const label = say("inspect.public.stop", { port: name });
    return (
      <span className="wire-public">
        {!small && say("inspect.public.is", { name: face })}
        <button
          type="button"
          className="mini"
          aria-label={label}
          title={label}
          onClick={() =>
            edit(label, (graph) => unexposeInput(graph, `${target.node}.${target.port}`))
          }
        >
          <Icon name="close" size={14} />
        </button>
      </span>
    );
  }
  return (
    <span className="wire-control">
      {!small &&
        wires.map((wire, at) => (
          <span key={`${wire} ${at}`} className="wire-chip">
            <span className="wire-text">{wire}</span>
            <Cut wire={wire} target={many && wires.length > 1 ? { ...target, at } : target} />
          </span>
        ))}
      {!small && wires.length === 0 && <span className="wire-none">{say("inspect.nothing")}</span>}
      <Chooser
        target={target}
        name={name}
        type={type}
        label={labelOf(name, wires.length, many)}
        chosen={many ? "" : (wires[0] ?? "")}
      />
    </span>
  );
}

function labelOf(port: string, count: number, many: boolean): string {
  if (count === 0) return say("inspect.wire", { port });
  return say(many ? "inspect.wire.add" : "inspect.wire.change", { port });
}

function wiresAt(graph: Graph, target: Target): readonly string[] {
  if (target.kind === "input")
    return wireList(scopesOf(graph).nodes.get(target.node)?.inputs.get(target.port));
  const wire = wireAt(graph, target);
  return wire === undefined ? [] : [wire];
}

function Cut({ wire, target }: { readonly wire: string; readonly target: Target }): JSX.Element {
  const edit = useDocument((state) => state.edit);
  const label = say("inspect.wire.cut", { wire });
  return (
    <button
      type="button"
      className="mini"
      aria-label={label}
      title={label}
      onClick={() => edit(label, (graph) => disconnect(graph, target))}
    >
      <Icon name="close" size={12} />
    </button>
  );
}

interface ChooserProps {
  readonly target: Target;
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly chosen: string;
}

function Chooser({ target, name, type, label, chosen }: ChooserProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const trigger = (
    <button
      type="button"
      className="mini wire-plug"
      aria-label={label}
      title={label}
      aria-haspopup="listbox"
      aria-expanded={open}
      onClick={() => setOpen(true)}
    >
      <Icon name="graph" size={14} />
    </button>
  );
  if (!open) return trigger;
  return (
    <Suspense fallback={trigger}>
      <Sources target={target} name={name} type={type} chosen={chosen} close={() => setOpen(false)}>
        {trigger}
      </Sources>
    </Suspense>
  );
}

interface SourcesProps extends Omit<ChooserProps, "label"> {
  readonly close: () => void;
  readonly children: JSX.Element;
}

function Sources({ target, name, type, chosen, close, children }: SourcesProps): JSX.Element {
  const { document } = useEditor();
  const options = useMemo(
    () => sourcesFor(shownTypes(document.getState()), target),
    [document, target],
  );
  const byWire = useMemo(
    () => new Map(options.map((option) => [keyOf(option), option])),
    [options],
  );
  const choose = (key: string | null): void => {
    const option = key === null ? undefined : byWire.get(key);
    if (option)
      document
        .getState()
        .edit(say("inspect.wire", { port: name }), (graph, types) =>
          wire(graph, types, option, target),
        );
    close();
  };
  const about = (key: string): string => {
    const option = byWire.get(key);
    const fix = option?.refusal?.fix;
    return fix?.kind === "insert"
      ? say("inspect.wire.through", { type: fix.type })
      : (option?.type ?? "");
  };
  return (
    <ChoiceList
      name={name}
      options={[...byWire.keys()]}
      chosen={chosen}
      unset={false}
      refresh={false}
      about={about}
      none={say("inspect.wire.none", { type })}
      choose={choose}
      close={close}
    >
      {children}
    </ChoiceList>
  );
}

/** The two sides of a loop's port are two outputs of one name. */
function keyOf({ wire }: SourceOption): string {
  return wire;
}

/** Draws a wire, with the converter between that it needs. */
export function wire(graph: Graph, types: PortTypes, option: SourceOption, target: Target): Graph {
  const connection = connectionOf(option, target);
  const fix = option.refusal?.fix;
  if (!fix) return connect(graph, types, connection);
  const at = positionOf(graph, target.node);
  return applyFix(graph, types, connection, fix, at ? { x: at.x - 280, y: at.y } : undefined);
}
