/** One plain input of a node: its name and the widget for its kind. */

import type { JSX } from "react";
import { resetParam, setParam } from "../graph/commands/nodes.ts";
import type { Input } from "../graph/catalogue.ts";
import type { Json } from "../graph/json.ts";
import { checkValue } from "../graph/plain.ts";
import { useDocument, useInput, useNode } from "../state/editor.ts";
import { portWords } from "../canvas/words.ts";

interface Props {
  readonly id: string;
  readonly port: string;
  readonly wired: boolean;
}

export function Field({ id, port, wired }: Props): JSX.Element | null {
  const node = useNode(id);
  const input = useInput(id, port);
  const edit = useDocument((state) => state.edit);
  if (!node || !input) return <span className="field-name">{portWords(port)}</span>;
  if (wired) return <span className="field-name">{portWords(port)}</span>;
  const value = node.params.get(port) ?? input.default;
  const set = (next: Json): void => edit(`Set ${portWords(port)}`, (graph) => setParam(graph, id, port, next), `type:${id}.${port}`);
  const reset = (): void => edit(`Reset ${portWords(port)}`, (graph) => resetParam(graph, id, port));
  return <Plainly input={input} value={value} set={set} reset={reset} />;
}

interface WidgetProps {
  readonly input: Input;
  readonly value: Json;
  readonly set: (value: Json) => void;
  readonly reset: () => void;
}

function Plainly({ input, value, set, reset }: WidgetProps): JSX.Element {
  const name = portWords(input.name);
  const { plain } = input;
  if (plain?.kind === "bool") {
    return (
      <label className="field nodrag">
        <span className="field-name">{name}</span>
        <input type="checkbox" checked={value === true} onChange={(event) => set(event.target.checked)} />
      </label>
    );
  }
  if (plain?.kind === "enum") {
    return (
      <label className="field nodrag">
        <span className="field-name">{name}</span>
        <select value={typeof value === "string" ? value : ""} onChange={(event) => set(event.target.value)}>
          {plain.values.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    );
  }
  if (plain?.kind === "int" || plain?.kind === "float") {
    return (
      <label className="field nodrag">
        <span className="field-name">{name}</span>
        <input
          type="text"
          inputMode="decimal"
          value={typeof value === "number" ? value : ""}
          onChange={(event) => {
            const next = Number(event.target.value);
            if (event.target.value === "") reset();
            else if (checkValue(plain, next) === null) set(next);
          }}
        />
      </label>
    );
  }
  if (input.widget?.kind === "multiline") {
    return <textarea className="field-text nodrag nowheel" aria-label={name} value={typeof value === "string" ? value : ""} onChange={(event) => set(event.target.value)} />;
  }
  return (
    <label className="field nodrag">
      <span className="field-name">{name}</span>
      <input type="text" value={typeof value === "string" ? value : JSON.stringify(value)} onChange={(event) => set(event.target.value)} />
    </label>
  );
}
