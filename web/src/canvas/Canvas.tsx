/** The canvas: pan, zoom, select; cards and wires of the graph that is shown. */

import { Background, BackgroundVariant, ConnectionLineType, ConnectionMode, ReactFlow, ReactFlowProvider, SelectionMode, useStore as useFlowStore } from "@xyflow/react";
import type { EdgeTypes, NodeTypes, ReactFlowState } from "@xyflow/react";
import type { JSX, MouseEvent } from "react";
import { useMemo, useState } from "react";
import { addBend } from "../graph/commands/wiring.ts";
import { useDocument, useEditor, useGeometry } from "../state/editor.ts";
import { say } from "../texts/texts.ts";
import { FarLayer } from "./FarLayer.tsx";
import { Flow } from "./flow.ts";
import type { WireEdge } from "./flow.ts";
import { FrameCard } from "./FrameCard.tsx";
import { LinkingContext, createLinking } from "./linking.ts";
import { NodeCard } from "./NodeCard.tsx";
import { scopeAt, useToFlow, within } from "./position.ts";
import { RefusedWire } from "./Refused.tsx";
import type { Canvas as Reach } from "../commands/canvas.ts";
import { useDragging } from "./useDragging.ts";
import { useReach } from "./useReach.ts";
import { useWiring } from "./useWiring.ts";
import { Wire } from "./Wire.tsx";
import "@xyflow/react/dist/base.css";
import "./canvas.css";

const NODES: NodeTypes = { card: NodeCard, frame: FrameCard };
const EDGES: EdgeTypes = { wire: Wire };
const FAR = 0.4;
const NONE: never[] = [];
const isFar = (state: ReactFlowState): boolean => state.transform[2] < FAR;

/** `onReach` gets what commands may ask of this canvas, and null when it goes. */
export function Canvas({ onReach }: { readonly onReach: (canvas: Reach | null) => void }): JSX.Element {
  return (
    <ReactFlowProvider>
      <Board onReach={onReach} />
    </ReactFlowProvider>
  );
}

function Board({ onReach }: { readonly onReach: (canvas: Reach | null) => void }): JSX.Element {
  const editor = useEditor();
  const geometry = useGeometry();
  const selection = useDocument((state) => state.selection);
  const place = useDocument((state) => state.place);
  const [flow] = useState(() => new Flow());
  const [linking] = useState(createLinking);
  const far = useFlowStore(isFar);
  const made = useMemo(() => flow.nodes(geometry, selection), [flow, geometry, selection]);
  const wires = useMemo(() => flow.wires(geometry), [flow, geometry]);
  const { cards, onNodesChange, onDragStop } = useDragging(made);
  const wiring = useWiring(linking);
  const toFlow = useToFlow();
  useReach(onReach);
  const openPalette = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || !event.target.classList.contains("react-flow__pane")) return;
    const screen = { x: event.clientX, y: event.clientY };
    const point = toFlow(screen);
    const scope = scopeAt(geometry, point);
    editor.ui.getState().openPalette({ screen, place: within(geometry, scope, point), scope });
  };
  const bend = (event: MouseEvent, edge: WireEdge): void => {
    const point = toFlow({ x: event.clientX, y: event.clientY });
    editor.document.getState().edit("Bend a wire", (graph) => addBend(graph, edge.id, edge.data?.bends.length ?? 0, point));
  };
  return (
    <LinkingContext.Provider value={linking}>
      <div className="canvas" role="application" aria-label={say("canvas.label")} onDoubleClick={openPalette} data-far={far || undefined}>
        <ReactFlow
          key={place}
          nodes={far ? NONE : cards}
          edges={far ? NONE : wires}
          nodeTypes={NODES}
          edgeTypes={EDGES}
          onNodesChange={onNodesChange}
          onNodeDragStop={(event, node, nodes) => onDragStop(event, nodes.length > 0 ? nodes : [node])}
          onSelectionDragStop={(event, nodes) => onDragStop("nativeEvent" in event ? event.nativeEvent : event, nodes)}
          onEdgeDoubleClick={bend}
          {...wiring}
          connectionMode={ConnectionMode.Loose}
          connectionRadius={18}
          connectionLineType={ConnectionLineType.Bezier}
          selectionOnDrag
          selectionMode={SelectionMode.Partial}
          panOnDrag={[1]}
          panActivationKeyCode="Space"
          selectionKeyCode={null}
          multiSelectionKeyCode={["Shift", "Control", "Meta"]}
          deleteKeyCode={null}
          disableKeyboardA11y
          zoomOnDoubleClick={false}
          minZoom={0.05}
          maxZoom={3}
          snapGrid={[12, 12]}
          fitView={geometry.types.graph.nodes.size > 0}
          fitViewOptions={{ padding: 0.08, maxZoom: 1, nodes: made }}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          proOptions={{ hideAttribution: true }}
          nodesFocusable={false}
          edgesFocusable={false}
        >
          <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--ground-dot)" />
          {far && <FarLayer geometry={geometry} wires={wires} selection={selection} />}
        </ReactFlow>
        {geometry.types.graph.nodes.size === 0 && <p className="canvas-empty">{say("canvas.empty")}</p>}
        <RefusedWire />
      </div>
    </LinkingContext.Provider>
  );
}
