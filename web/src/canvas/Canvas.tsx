/** The canvas: pan, zoom, select; cards and wires of the graph that is shown. */

import {
  ConnectionLineType,
  ConnectionMode,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useStore as useFlowStore,
} from "@xyflow/react";
import type { EdgeTypes, NodeTypes, ReactFlowState, Viewport } from "@xyflow/react";
import type { JSX, MouseEvent } from "react";
import { Suspense, useCallback, useMemo, useRef, useState } from "react";
import type { Doing } from "../commands/command.ts";
import { addBend } from "../graph/commands/wiring.ts";
import { framesOf, notesOf } from "../graph/view.ts";
import { NODE_MIME } from "../palette/carried.ts";
import { keepCamera, keptCamera } from "../state/camera.ts";
import { useDocument, useEditor, useGeometry, useUi } from "../state/editor.ts";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { useShownTab, useWork } from "../workspace/work.ts";
import { Crumbs } from "./Crumbs.tsx";
import { FAR } from "./far.ts";
import { Flow } from "./flow.ts";
import type { Card, WireEdge } from "./flow.ts";
import { FrameCard } from "./FrameCard.tsx";
import { Ground } from "./Ground.tsx";
import type { Kept } from "./kept.ts";
import { LiftingContext, createLifting } from "./lifting.ts";
import { LinkingContext, createLinking } from "./linking.ts";
import { NodeCard } from "./NodeCard.tsx";
import { useToFlow } from "./position.ts";
import { RefusedWire } from "./Refused.tsx";
import type { Canvas as Reach } from "../commands/canvas.ts";
import { useCutting } from "./useCutting.ts";
import { useDragging } from "./useDragging.ts";
import { useMenu } from "./useMenu.ts";
import { useOpening } from "./useOpening.ts";
import { useReach } from "./useReach.ts";
import { useSpace } from "./useSpace.ts";
import { useWiring } from "./useWiring.ts";
import { Wire } from "./Wire.tsx";
import "@xyflow/react/dist/base.css";
import "./canvas.css";

const Menu = lateView(() => import("./Menu.tsx"), "soon");
const Sight = lateView(() => import("./Sight.tsx"), "soon");
const Minimap = lateView(() => import("./Minimap.tsx"), "soon");
const Groups = lateView(() => import("./Groups.tsx"), "soon");
const Notes = lateView(() => import("./Notes.tsx"), "soon");

const NODES: NodeTypes = { card: NodeCard, frame: FrameCard };
const EDGES: EdgeTypes = { wire: Wire };
/** Graphs of so many nodes open near enough to read, even where not all of them fits. */
const READABLE = 60;
const NONE: never[] = [];
// The same objects each time: xyflow goes through all nodes for each property that is another.
const KEYS_TO_ADD = ["Shift", "Control", "Meta"];
const SNAP: [number, number] = [12, 12];
const MIDDLE_PANS = [1];
const LEFT_PANS = [0, 1];
const isFar = (state: ReactFlowState): boolean => state.transform[2] < FAR;

/** `onReach` gets what commands may ask of this canvas, and null when it goes. */
export function Canvas({
  onReach,
}: {
  readonly onReach: (canvas: Reach | null) => void;
}): JSX.Element {
  return (
    <ReactFlowProvider>
      <Board onReach={onReach} />
    </ReactFlowProvider>
  );
}

function Board({ onReach }: { readonly onReach: (canvas: Reach | null) => void }): JSX.Element {
  const editor = useEditor();
  const work = useWork();
  const geometry = useGeometry();
  const selection = useDocument((state) => state.selection);
  const place = useDocument((state) => state.place);
  const [flow] = useState(() => new Flow());
  const [linking] = useState(createLinking);
  const far = useFlowStore(isFar);
  const tab = useShownTab()?.id ?? "";
  const camera = useMemo(() => keptCamera(tab, place), [tab, place]);
  const made = useMemo(() => flow.nodes(geometry, selection), [flow, geometry, selection]);
  const wires = useMemo(() => flow.wires(geometry), [flow, geometry]);
  const [lifting] = useState(createLifting);
  const { cards, onNodesChange, onDragStop } = useDragging(made, geometry, lifting);
  const [kept, setKept] = useState<Kept | null>(null);
  const mounted = useMemo(() => (kept ? kept.part(cards) : cards), [kept, cards]);
  const apart = far && !kept;
  const wiring = useWiring(linking);
  const toFlow = useToFlow();
  const reach = useRef<Reach | null>(null);
  const take = useCallback(
    (canvas: Reach | null) => {
      reach.current = canvas;
      onReach(canvas);
    },
    [onReach],
  );
  useReach(take);
  const doing = useCallback((): Doing => ({ editor, work, canvas: reach.current }), [editor, work]);
  const { menu, close, onContextMenu, onPointerDown } = useMenu(doing);
  const { path, onPointerDownCapture } = useCutting();
  useSpace(doing);
  const map = useUi((ui) => !ui.hidden.has("map"));
  const drag = useUi((ui) => ui.drag);
  const chosen = [...selection].at(-1);
  const { onDoubleClick, onDrop } = useOpening();
  const bend = useCallback(
    (event: MouseEvent, edge: WireEdge): void => {
      const point = toFlow({ x: event.clientX, y: event.clientY });
      const at = edge.data?.bends.length ?? 0;
      const { edit } = editor.document.getState();
      edit("Bend a wire", (graph) => addBend(graph, edge.id, at, point));
    },
    [editor, toFlow],
  );
  const dropped = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, node: Card, nodes: Card[]) =>
      onDragStop(event, nodes.length > 0 ? nodes : [node]),
    [onDragStop],
  );
  const allDropped = useCallback(
    (event: MouseEvent, nodes: Card[]) =>
      onDragStop("nativeEvent" in event ? event.nativeEvent : event, nodes),
    [onDragStop],
  );
  const keep = useCallback(
    (_: unknown, now: Viewport) => keepCamera(tab, place, now),
    [tab, place],
  );
  const fitting = useMemo(
    () => ({
      padding: 0.06,
      maxZoom: 1,
      minZoom: made.length <= READABLE ? FAR + 0.02 : 0.05,
      nodes: made,
    }),
    [made],
  );
  return (
    <LinkingContext.Provider value={linking}>
      <LiftingContext.Provider value={lifting}>
        <div
          className="canvas"
          role="application"
          tabIndex={0}
          aria-label={say("canvas.label")}
          aria-describedby="canvas-help"
          aria-activedescendant={chosen === undefined || far ? undefined : `card-${chosen}`}
          data-far={far || undefined}
          data-cutting={path.length > 0 || undefined}
          onDoubleClick={onDoubleClick}
          onContextMenu={onContextMenu}
          onPointerDown={onPointerDown}
          onPointerDownCapture={onPointerDownCapture}
          onDragOver={(event) => {
            if (event.dataTransfer.types.includes(NODE_MIME)) event.preventDefault();
          }}
          onDrop={onDrop}
        >
          <p id="canvas-help" className="visually-hidden">
            {say("canvas.help")}
          </p>
          <ReactFlow
            key={place}
            nodes={apart ? NONE : mounted}
            edges={apart ? NONE : (kept?.edges ?? wires)}
            nodeTypes={NODES}
            edgeTypes={EDGES}
            onNodesChange={onNodesChange}
            onNodeDragStop={dropped}
            onSelectionDragStop={allDropped}
            onMoveEnd={keep}
            onEdgeDoubleClick={bend}
            {...wiring}
            connectionMode={ConnectionMode.Loose}
            connectionRadius={18}
            connectionLineType={ConnectionLineType.Bezier}
            selectionOnDrag={drag === "select"}
            selectionMode={SelectionMode.Partial}
            panOnDrag={drag === "select" ? MIDDLE_PANS : LEFT_PANS}
            panActivationKeyCode="Space"
            selectionKeyCode={null}
            multiSelectionKeyCode={KEYS_TO_ADD}
            deleteKeyCode={null}
            disableKeyboardA11y
            zoomOnDoubleClick={false}
            minZoom={0.05}
            maxZoom={3}
            snapGrid={SNAP}
            {...(camera ? { defaultViewport: camera } : {})}
            fitView={camera === null && geometry.types.graph.nodes.size > 0}
            fitViewOptions={fitting}
            onlyRenderVisibleElements
            zIndexMode="manual"
            proOptions={{ hideAttribution: true }}
            nodesFocusable={false}
            edgesFocusable={false}
          >
            <Ground />
            <Suspense>
              {framesOf(geometry.types.graph).size > 0 && <Groups geometry={geometry} />}
              {notesOf(geometry.types.graph).size > 0 && <Notes graph={geometry.types.graph} />}
            </Suspense>
            <Suspense>
              <Sight
                geometry={geometry}
                wires={wires}
                selection={selection}
                far={far}
                kept={kept}
                onKept={setKept}
              />
            </Suspense>
          </ReactFlow>
          {geometry.types.graph.nodes.size === 0 && (
            <p className="canvas-empty">{say("canvas.empty")}</p>
          )}
          <Crumbs />
          <Suspense>
            {map && geometry.types.graph.nodes.size > 0 && (
              <Minimap geometry={geometry} selection={selection} />
            )}
            {menu && <Menu at={menu} doing={doing} onClose={close} />}
          </Suspense>
          {path.length > 1 && (
            <svg className="knife" aria-hidden="true">
              <polyline points={path.map(({ x, y }) => `${x},${y}`).join(" ")} />
            </svg>
          )}
          <RefusedWire />
        </div>
      </LiftingContext.Provider>
    </LinkingContext.Provider>
  );
}
