/** A public input of the graph that is shown, as a field of a form. */

import type { JSX } from "react";
import { useId, useMemo } from "react";
import type { Input } from "../graph/catalogue.ts";
import { splitWire } from "../graph/model.ts";
import { shownGraph, shownTypes } from "../state/document.ts";
import { useDocument } from "../state/editor.ts";
import { keepKeys } from "../widgets/Field.tsx";
import { useFieldProblem } from "../widgets/fieldproblem.ts";
import { NodeSeed } from "../widgets/NodeSeed.tsx";
import { Widget } from "../widgets/Widget.tsx";
import { widgetOf } from "../widgets/widget.ts";
import type { WidgetProps } from "../widgets/widget.ts";
import { publicValue, resetPublic, setPublic } from "./publicvalue.ts";
import "../widgets/fields.css";

export function PublicField({ name }: { readonly name: string }): JSX.Element | null {
  const control = useId();
  const edit = useDocument((state) => state.edit);
  const face = useFace(name);
  const value = useDocument((state) => publicValue(shownGraph(state), name));
  const title = useDocument((state) => shownGraph(state).inputs.get(name)?.title ?? "");
  const target = useDocument((state) => shownGraph(state).inputs.get(name)?.to[0] ?? "");
  const prompt = useDocument((state) => isPrompt(shownTypes(state), target));
  const [id, port] = splitWire(target);
  const problem = useFieldProblem(id, port);
  const setting = useMemo(() => {
    const burst = `type:${target}`;
    return {
      set: (next: WidgetProps["value"]): void =>
        edit(`Set ${name}`, (graph) => setPublic(graph, name, next), burst),
      reset: (): void => edit(`Reset ${name}`, (graph) => resetPublic(graph, name), burst),
    };
  }, [edit, name, target]);
  if (!face?.plain) return null;
  const shown = value === undefined ? face.default : value;
  const props: WidgetProps = {
    control,
    name: title || name.replaceAll("_", " "),
    input: face,
    value: shown,
    problem,
    prompt,
    target,
    roomy: true,
    ...setting,
  };
  return (
    <div className="field" data-kind={widgetOf(face)} data-roomy onKeyDown={keepKeys}>
      {widgetOf(face) === "seed" ? (
        <NodeSeed id={id} port={port} {...props} />
      ) : (
        <Widget {...props} />
      )}
      {problem !== "" && (
        <span id={`${control}-bad`} className="field-bad">
          {problem}
        </span>
      )}
    </div>
  );
}

/** The public input as a port; the same object as long as it reads the same. */
function useFace(name: string): Input | null {
  const text = useDocument((state) => JSON.stringify(shownTypes(state).face(name)));
  return useMemo(() => JSON.parse(text) as Input | null, [text]);
}

function isPrompt(types: ReturnType<typeof shownTypes>, target: string): boolean {
  const type = types.scopes.nodes.get(splitWire(target)[0])?.type ?? "";
  return [...(types.catalogue.declarations.get(type)?.inputs.values() ?? [])].some(
    (input) => input.type === "TextEncoder",
  );
}
