/** One problem: where, what, and the clicks that would help. */

import type { JSX } from "react";
import { useMemo } from "react";
import type { Problem } from "../graph/errors.ts";
import { graphAt } from "../graph/edit.ts";
import { spotOf } from "../graph/problems.ts";
import { typesOf } from "../graph/porttypes.ts";
import { useDocument } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { fixesFor } from "./fixes.ts";
import { useGo } from "./going.ts";
import { useProvide } from "./useProvide.ts";

/** The palette opens left of the panel, over the canvas. */
const BESIDE = 480;

interface Props {
  readonly found: Problem;
  /** In the list the row says where, and leads there; on its own node it need not. */
  readonly whole: boolean;
}

export function ProblemRow({ found, whole }: Props): JSX.Element {
  const go = useGo();
  const provide = useProvide();
  const document = useDocument((state) => state.document);
  const catalogue = useDocument((state) => state.catalogue);
  const enter = useDocument((state) => state.enter);
  const edit = useDocument((state) => state.edit);
  const place = useDocument((state) => state.place);
  const spot = useMemo(() => spotOf(document, found.path), [document, found]);
  const fixes = useMemo(
    () =>
      graphAt(document, spot.place)
        ? fixesFor(typesOf(document, catalogue, spot.place), spot.node, found)
        : [],
    [document, catalogue, spot, found],
  );
  const bare = useMemo(
    () =>
      found.code === "missing_input" &&
      fixes.length === 0 &&
      graphAt(document, spot.place) !== undefined &&
      typesOf(document, catalogue, spot.place).target(`${spot.node}.${found.port}`)?.plain === null,
    [document, catalogue, spot, found, fixes],
  );
  const where = [found.path, found.port].filter(Boolean).join(".") || say("problems.graph");
  return (
    <li className="problem">
      {whole && (
        <button
          type="button"
          className="problem-where"
          aria-label={say("problems.go", { path: where })}
          onClick={() => go(spot.place, spot.node, found.port)}
        >
          {where}
        </button>
      )}
      {!whole && found.port !== "" && <span className="problem-port">{found.port}</span>}
      <p className="problem-text">{found.message}</p>
      {(fixes.length > 0 || bare || found.fix !== "") && (
        <p className="problem-ways">
          {fixes.map(({ label, command }) => (
            <button
              key={label}
              type="button"
              className="button button-small"
              onClick={() => {
                if (place !== spot.place) enter(spot.place);
                edit(label, command);
              }}
            >
              {label}
            </button>
          ))}
          {bare && (
            <button
              type="button"
              className="button button-small"
              aria-haspopup="dialog"
              onClick={({ currentTarget }) => {
                const { left, top } = currentTarget.getBoundingClientRect();
                provide(spot.place, spot.node, found.port, { x: left - BESIDE, y: top });
              }}
            >
              {say("problems.fix.add")}
            </button>
          )}
          {fixes.length === 0 && !bare && <span className="problem-hint">{found.fix}</span>}
        </p>
      )}
    </li>
  );
}
