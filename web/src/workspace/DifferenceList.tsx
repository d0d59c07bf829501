/** The differences of two graphs, line by line: where, what it was, what it is. */

import type { JSX } from "react";
import { say } from "../texts/texts.ts";
import type { Differences } from "./differences.ts";

interface Props {
  readonly found: Differences;
  readonly before: string;
  readonly after: string;
}

export function DifferenceList({ found, before, after }: Props): JSX.Element {
  const { lines, moved } = found;
  if (lines.length === 0 && moved === 0) return <p className="differ-none">{say("differ.none")}</p>;
  return (
    <>
      {lines.length > 0 && (
        <table className="differ">
          <thead>
            <tr>
              <th />
              <th>{before}</th>
              <th>{after}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line, at) => (
              <tr key={`${line.where} ${at}`}>
                <th scope="row">{line.where}</th>
                <td className="differ-before">{line.before ?? "—"}</td>
                <td className="differ-after">{line.after ?? "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {moved > 0 && (
        <p className="differ-none">
          {moved === 1 ? say("differ.moved.one") : say("differ.moved", { count: moved })}
        </p>
      )}
    </>
  );
}
