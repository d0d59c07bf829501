/** One plain input of a node: its widget, or what is wired to it; and what is wrong with it. */

import type { JSX, KeyboardEvent } from "react";
import { useId } from "react";
import { portWords } from "../canvas/words.ts";
import { wireList } from "../graph/model.ts";
import { scopesOf } from "../graph/scopes.ts";
import { shownGraph } from "../state/document.ts";
import { useDocument, useInput } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { useFieldProblem } from "./fieldproblem.ts";
import { useSetting, useTyped } from "./fieldvalue.ts";
import { NodeSeed } from "./NodeSeed.tsx";
import { NodeSize, sideOf } from "./NodeSize.tsx";
import { Widget } from "./Widget.tsx";
import { widgetOf } from "./widget.ts";
import type { WidgetProps } from "./widget.ts";
import "./fields.css";

interface Props {
  readonly id: string;
  readonly port: string;
  readonly wired: boolean;
  /** In a panel: more than one row, and errors written out. */
  readonly roomy?: boolean;
}

export function Field({ id, port, wired, roomy = false }: Props): JSX.Element | null {
  const control = useId();
  const input = useInput(id, port);
  const typed = useTyped(id, port);
  const setting = useSetting(id, port);
  const problem = useFieldProblem(id, port);
  const prompt = useDocument((state) =>
    readsPrompts(state.catalogue, scopesOf(shownGraph(state)).nodes.get(id)?.type),
  );
  const name = portWords(port);
  if (wired || !input?.plain) return <Wired id={id} port={port} name={name} />;
  const value = typed === undefined ? input.default : typed;
  const target = `${id}.${port}`;
  const about = { control, name, input, value, problem, roomy, prompt, target };
  const props: WidgetProps = { ...about, ...setting };
  const side = sideOf(port);
  return (
    <div
      className="field"
      data-kind={widgetOf(input)}
      data-typed={typed !== undefined || undefined}
      data-roomy={roomy || undefined}
      title={problem}
      onKeyDown={keepKeys}
    >
      {widgetOf(input) === "seed" ? (
        <NodeSeed id={id} port={port} {...props} />
      ) : (
        <Widget {...props} />
      )}
      {side && <NodeSize id={id} port={side} />}
      {problem !== "" && (
        <span id={`${control}-bad`} className={roomy ? "field-bad" : "visually-hidden"}>
          {problem}
        </span>
      )}
    </div>
  );
}

/** Keys that a button or a point of a curve takes are no commands for the canvas. */
export function keepKeys(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey || event.altKey || event.key.startsWith("F");
  if (!command && event.key !== "Escape" && event.key !== "?") event.stopPropagation();
}

interface Catalogued {
  readonly declarations: ReadonlyMap<
    string,
    { readonly inputs: ReadonlyMap<string, { readonly type: string }> }
  >;
}

/** A node that takes a text encoder reads its texts as prompts. */
function readsPrompts({ declarations }: Catalogued, type: string | undefined): boolean {
  const inputs = type === undefined ? undefined : declarations.get(type)?.inputs;
  return inputs !== undefined && [...inputs.values()].some((input) => input.type === "TextEncoder");
}

function Wired({
  id,
  port,
  name,
}: {
  readonly id: string;
  readonly port: string;
  readonly name: string;
}): JSX.Element {
  const wire = useDocument((state) =>
    wireList(scopesOf(shownGraph(state)).nodes.get(id)?.inputs.get(port)).join(", "),
  );
  return (
    <span className="field-wired">
      <span>{name}</span>
      {wire !== "" && <span className="field-from">{say("field.wired", { wire })}</span>}
    </span>
  );
}
