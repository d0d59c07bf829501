/** What the page shows where it can begin with nothing: no server now, and never one before. */

import type { JSX } from "react";
import { say } from "../texts/texts.ts";

export function Unreachable({ why }: { readonly why: string }): JSX.Element {
  return (
    <main className="unreachable">
      <h1>latentgraph</h1>
      <p>{why}</p>
      <button
        type="button"
        className="button button-strong"
        onClick={() => window.location.reload()}
      >
        {say("line.retry")}
      </button>
    </main>
  );
}
