/** Text of a docstring: `code` and *stress*, nothing else; never HTML. */

import type { JSX } from "react";

const PIECES = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/;

export function Doc({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split(PIECES).map((piece, at) => {
        if (/^`.+`$/.test(piece)) return <code key={at}>{piece.slice(1, -1)}</code>;
        if (/^\*\*.+\*\*$/.test(piece)) return <strong key={at}>{piece.slice(2, -2)}</strong>;
        if (/^\*.+\*$/.test(piece)) return <em key={at}>{piece.slice(1, -1)}</em>;
        return piece;
      })}
    </>
  );
}
