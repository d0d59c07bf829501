/** One end of wires on a card: its shape and colour, where geometry says it is. */

import { Handle, Position } from "@xyflow/react";
import type { CSSProperties, JSX } from "react";
import { memo } from "react";
import type { Handle as End } from "../graph/nodeshape.ts";
import { say } from "../texts/texts.ts";
import { useFit } from "./linking.ts";
import { outline, portLook } from "./portlook.ts";

const SIZE = 11;

interface Props {
  readonly node: string;
  readonly end: End;
  readonly wired: boolean;
}

export const PortHandle = memo(function PortHandle({ node, end, wired }: Props): JSX.Element {
  const fit = useFit(node, end);
  const look = portLook(end.type);
  const arrives = end.target !== undefined;
  const label = say(arrives ? "node.input" : "node.output", { port: end.port, type: end.type });
  const style: CSSProperties = { left: end.x, top: end.y, color: look.color };
  const path = outline(look.shape, SIZE);
  return (
    <Handle
      id={end.key}
      type={arrives ? "target" : "source"}
      position={end.edge === "left" ? Position.Left : Position.Right}
      className="port"
      style={style}
      data-port={end.key}
      data-type={end.type}
      data-fit={fit === "none" ? undefined : fit}
      data-wired={wired || undefined}
      data-required={(end.required && !wired) || undefined}
      role="img"
      aria-label={label}
      title={label}
    >
      <svg className="port-mark" viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true">
        {look.many && <path d={path} transform="translate(2.5 -2.5)" className="port-behind" />}
        <path d={path} className="port-shape" />
      </svg>
    </Handle>
  );
});
