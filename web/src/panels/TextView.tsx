/**
 * The graph as its file has it, beside the canvas; edited on either side.
 *
 * What is typed becomes the graph as soon as it is one; until then it stands here, with the errors
 * at their places. What changes on the canvas is written here unless something is being typed.
 */

import type { JSX } from "react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "../graph/errors.ts";
import type { Graph } from "../graph/model.ts";
import { parse } from "../graph/parse.ts";
import { serialize } from "../graph/serialize.ts";
import { useDocument, useEditor, usePlan } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { JsonText } from "./JsonText.tsx";
import { lineOfProblem, spanOfLine } from "./textplace.ts";
import "./text.css";

const PAUSE = 300;

/** What is typed and is not the graph yet, or is another way to write it. */
interface Typed {
  readonly text: string;
  /** The document that it became; null while it is none. */
  readonly graph: Graph | null;
  readonly problems: readonly Problem[];
}

export default function TextView(): JSX.Element {
  const editor = useEditor();
  const document = useDocument((state) => state.document);
  const planned = usePlan((plan) => plan.problems);
  const [typed, setTyped] = useState<Typed | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const canonical = useMemo(() => serialize(document), [document]);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The canvas went on after what was typed had become the graph: the text follows it.
  const stands = typed !== null && (typed.graph === null || typed.graph === document);
  const text = stands ? typed.text : canonical;
  const problems = stands && typed.problems.length > 0 ? typed.problems : planned;
  const apply = (next: string): void => {
    const { graph, problems: found } = parse(next);
    if (!graph) {
      setTyped({ text: next, graph: null, problems: found });
      return;
    }
    editor.document.getState().change(say("text.edit"), () => graph, "text");
    setTyped({ text: next, graph: editor.document.getState().document, problems: [] });
  };
  const type = (next: string): void => {
    setTyped({ text: next, graph: null, problems: typed?.problems ?? [] });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(next), PAUSE);
  };
  const leave = (): void => {
    if (!typed) return;
    clearTimeout(timer.current);
    apply(typed.text);
    if (parse(typed.text).graph) setTyped(null);
    editor.document.getState().seal();
  };
  const go = (line: number): void => {
    const [start, end] = spanOfLine(text, line);
    const field = area.current;
    if (!field) return;
    field.focus();
    field.setSelectionRange(start, end);
    field.scrollTop = Math.max(0, (line - 4) * LINE);
  };
  const marked = problems.map((found) => ({ found, line: lineOfProblem(text, found) }));
  return (
    <div className="text-view">
      <JsonText
        text={text}
        lines={new Set(marked.map(({ line }) => line))}
        area={area}
        onType={type}
        onLeave={leave}
      />
      <footer className="text-foot">
        {marked.length === 0 ? (
          <p>{say(stands && typed.graph === null ? "text.waiting" : "text.applied")}</p>
        ) : (
          <ul>
            {marked.slice(0, 20).map(({ found, line }, at) => (
              <li key={at}>
                <button type="button" onClick={() => go(line)}>
                  {say("text.error", { line, message: `${found.message} ${found.fix}` })}
                </button>
              </li>
            ))}
          </ul>
        )}
        <button
          type="button"
          className="button"
          onClick={() => void navigator.clipboard.writeText(text)}
        >
          {say("text.copy")}
        </button>
      </footer>
    </div>
  );
}

/** The height of a line, as the style sheet has it. */
const LINE = 18;
