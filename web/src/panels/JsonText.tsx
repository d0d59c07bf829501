/** A text field for JSON: coloured, with line numbers, and the lines with errors marked. */

import type { JSX, KeyboardEvent, RefObject } from "react";
import { memo, useMemo, useState } from "react";
import { say } from "../texts/texts.ts";
import { tokensOf } from "./textplace.ts";

interface Props {
  readonly text: string;
  readonly lines: ReadonlySet<number>;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly onType: (text: string) => void;
  readonly onLeave: () => void;
}

/** Longer texts are shown in one colour: colouring each letter typed would be felt. */
const COLOURED = 80_000;

export function JsonText({ text, lines, area, onType, onLeave }: Props): JSX.Element {
  const [scroll, setScroll] = useState({ x: 0, y: 0 });
  const count = useMemo(() => text.split("\n").length, [text]);
  const coloured = text.length <= COLOURED;
  const indent = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    event.stopPropagation();
    if (event.key === "Escape") event.currentTarget.blur();
  };
  return (
    <div className="json" data-plain={!coloured || undefined}>
      <Numbers count={count} lines={lines} top={scroll.y} />
      <div className="json-box">
        {coloured && <Colours text={text} lines={lines} left={scroll.x} top={scroll.y} />}
        <textarea
          ref={area}
          aria-label={say("text.label")}
          aria-invalid={lines.size > 0}
          spellCheck={false}
          autoCapitalize="off"
          wrap="off"
          value={text}
          onChange={(event) => onType(event.target.value)}
          onBlur={onLeave}
          onKeyDown={indent}
          onScroll={({ currentTarget }) =>
            setScroll({ x: currentTarget.scrollLeft, y: currentTarget.scrollTop })
          }
        />
      </div>
    </div>
  );
}

interface NumbersProps {
  readonly count: number;
  readonly lines: ReadonlySet<number>;
  readonly top: number;
}

const HEIGHT = 18;

/** Only the numbers in view: a thousand nodes make twenty thousand lines. */
function Numbers({ count, lines, top }: NumbersProps): JSX.Element {
  const first = Math.max(0, Math.floor(top / HEIGHT) - 2);
  const shown = Array.from(
    { length: Math.max(0, Math.min(count - first, 120)) },
    (_, at) => first + at + 1,
  );
  return (
    <div className="json-numbers" aria-hidden="true">
      <div style={{ transform: `translateY(${first * HEIGHT - top}px)` }}>
        {shown.map((line) => (
          <span key={line} data-bad={lines.has(line) || undefined}>
            {line}
          </span>
        ))}
      </div>
    </div>
  );
}

interface ColoursProps {
  readonly text: string;
  readonly lines: ReadonlySet<number>;
  readonly left: number;
  readonly top: number;
}

function Colours({ text, lines, left, top }: ColoursProps): JSX.Element {
  return (
    <pre aria-hidden="true" style={{ transform: `translate(${-left}px, ${-top}px)` }}>
      {[...lines].map((line) => (
        <i key={line} style={{ top: (line - 1) * HEIGHT + 8 }} />
      ))}
      <Tokens text={text} />
    </pre>
  );
}

/** Scrolling does not colour anew. */
const Tokens = memo(function Tokens({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {tokensOf(text).map(([kind, piece], at) =>
        kind === "" ? (
          piece
        ) : (
          <span key={at} data-kind={kind}>
            {piece}
          </span>
        ),
      )}
    </>
  );
});
