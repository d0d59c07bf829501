/** Dragging wires: onto ports, onto bodies, onto nothing; off their ends; refused with a sentence. */

import type {
  Connection as Joined,
  FinalConnectionState,
  HandleType,
  OnConnectStartParams,
} from "@xyflow/react";
import { useMemo, useRef } from "react";
import { disconnect } from "../graph/commands/cutting.ts";
import { connect, moveWires } from "../graph/commands/wiring.ts";
import type { Connection } from "../graph/connect.ts";
import { Connector } from "../graph/connect.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Handle } from "../graph/nodeshape.ts";
import type { Point } from "../graph/view.ts";
import { wiredAt } from "../graph/wiredports.ts";
import { shownTypes } from "../state/document.ts";
import type { Editor } from "../state/editor.ts";
import { useEditor } from "../state/editor.ts";
import type { Loose } from "../state/ui.ts";
import type { WireEdge } from "./flow.ts";
import { connectionOf, firstFit, handleAt, linkFrom } from "./linking.ts";
import type { Link, LinkingStore } from "./linking.ts";
import { scopeAt, useToFlow, within } from "./position.ts";

type Ending = MouseEvent | TouchEvent;

export interface Wiring {
  readonly onConnectStart: (event: Ending, from: OnConnectStartParams) => void;
  readonly onConnect: (joined: Joined) => void;
  readonly onConnectEnd: (event: Ending, state: FinalConnectionState) => void;
  readonly isValidConnection: (joined: Joined | WireEdge) => boolean;
  readonly onReconnectStart: () => void;
  readonly onReconnect: (old: WireEdge, joined: Joined) => void;
  readonly onReconnectEnd: (
    event: Ending,
    old: WireEdge,
    end: HandleType,
    state: FinalConnectionState,
  ) => void;
}

export function useWiring(linking: LinkingStore): Wiring {
  const editor = useEditor();
  const toFlow = useToFlow();
  const offEnd = useRef(false);
  return useMemo(
    () => new Dragging(editor, linking, toFlow, offEnd).handlers(),
    [editor, linking, toFlow],
  );
}

class Dragging {
  private readonly editor: Editor;
  private readonly linking: LinkingStore;
  private readonly toFlow: (screen: Point) => Point;
  private readonly offEnd: { current: boolean };

  constructor(
    editor: Editor,
    linking: LinkingStore,
    toFlow: (screen: Point) => Point,
    offEnd: { current: boolean },
  ) {
    this.editor = editor;
    this.linking = linking;
    this.toFlow = toFlow;
    this.offEnd = offEnd;
  }

  handlers(): Wiring {
    return {
      onConnectStart: (event, from) => this.start(event, from),
      onConnect: (joined) => {
        if (!this.offEnd.current) this.join(joined);
      },
      onConnectEnd: (event, state) => this.end(event, state),
      isValidConnection: (joined) => this.isValid(joined),
      onReconnectStart: () => {
        this.offEnd.current = true;
      },
      onReconnect: (old, joined) => this.rewire(old, joined),
      onReconnectEnd: (_event, old, _end, state) => this.dropped(old, state),
    };
  }

  private get geometry(): Geometry {
    return geometryOf(shownTypes(this.editor.document.getState()));
  }

  private start(event: Ending, { nodeId, handleId }: OnConnectStartParams): void {
    const { geometry } = this;
    const end = handleAt(geometry, nodeId, handleId);
    if (!end || nodeId === null) return;
    this.editor.ui.getState().refuse(null);
    this.linking
      .getState()
      .start(linkFrom(geometry.types, nodeId, end, event.shiftKey && !end.target));
  }

  private isValid(joined: Joined | WireEdge): boolean {
    const { geometry } = this;
    const { link } = this.linking.getState();
    const source = handleAt(geometry, joined.source, joined.sourceHandle);
    const target = handleAt(geometry, joined.target, joined.targetHandle);
    if (!source || !target) return false;
    if (link?.all) return !source.target && !target.target && source !== target;
    const connection = connectionOf(joined.source, source, joined.target, target);
    return connection !== null && this.refusal(connection) === null;
  }

  private refusal({ source, side, target }: Connection): ReturnType<Connector["refusal"]> {
    return new Connector(this.geometry.types, source, side).refusal(target);
  }

  private connection(joined: Joined): Connection | null {
    const { geometry } = this;
    const source = handleAt(geometry, joined.source, joined.sourceHandle);
    const target = handleAt(geometry, joined.target, joined.targetHandle);
    return source && target ? connectionOf(joined.source, source, joined.target, target) : null;
  }

  private join(joined: Joined): void {
    const { link } = this.linking.getState();
    const { edit } = this.editor.document.getState();
    if (link?.all && "from" in link.loose) {
      const { from } = link.loose;
      const ends = [joined.source, joined.target].map((node, at) => {
        const end = handleAt(
          this.geometry,
          node,
          at === 0 ? joined.sourceHandle : joined.targetHandle,
        );
        return end ? `${node}.${end.port}` : from;
      });
      const to = ends.find((end) => end !== from);
      if (to !== undefined) edit("Move wires", (graph, types) => moveWires(graph, types, from, to));
      return;
    }
    const connection = this.connection(joined);
    if (connection) edit("Connect", (graph, types) => connect(graph, types, connection));
  }

  private rewire(old: WireEdge, joined: Joined): void {
    const connection = this.connection(joined);
    const wire = old.data?.wire;
    if (!connection || !wire) return;
    this.editor.document.getState().edit("Move a wire", (graph, types) => {
      return connect(disconnect(graph, wire.target), types, connection);
    });
  }

  /** An end dragged off and dropped on nothing takes the wire away. */
  private dropped(old: WireEdge, state: FinalConnectionState): void {
    this.offEnd.current = false;
    const wire = old.data?.wire;
    if (!wire || state.isValid === true || state.toHandle) return;
    this.editor.document.getState().edit("Disconnect", (graph) => disconnect(graph, wire.target));
  }

  private end(event: Ending, state: FinalConnectionState): void {
    const { link } = this.linking.getState();
    this.linking.getState().stop();
    if (!link || state.isValid === true) return;
    const screen = pointOf(event);
    if (state.toNode && state.toHandle) {
      this.refuse(
        state.fromNode.id,
        state.fromHandle.id,
        state.toNode.id,
        state.toHandle.id,
        screen,
      );
      return;
    }
    if (this.offEnd.current || link.all) return;
    const card = cardUnder(screen);
    if (card !== null && this.onBody(card, screen, link)) return;
    const { geometry } = this;
    const point = this.toFlow(screen);
    const scope = scopeAt(geometry, point);
    const place = within(geometry, scope, point);
    this.editor.ui.getState().openPalette({ screen, place, scope, loose: link.loose });
  }

  private refuse(
    fromNode: string,
    from: string | null | undefined,
    toNode: string,
    to: string | null | undefined,
    screen: Point,
  ): void {
    const { geometry } = this;
    const a = handleAt(geometry, fromNode, from);
    const b = handleAt(geometry, toNode, to);
    const connection = a && b ? connectionOf(fromNode, a, toNode, b) : null;
    const refusal = connection && this.refusal(connection);
    if (!connection || !refusal) return;
    const point = this.toFlow(screen);
    const place = within(geometry, scopeAt(geometry, point), { x: point.x - 260, y: point.y });
    this.editor.ui.getState().refuse({ refusal, connection, screen, place });
  }

  /** Dropped on a card: the first free input (or output) that fits takes it. */
  private onBody(card: string, screen: Point, link: Link): boolean {
    const { geometry } = this;
    if (!geometry.types.scopes.nodes.has(card)) return false;
    const origin = "from" in link.loose ? link.loose.from.split(".")[0] : link.loose.to.node;
    if (card === origin) return true;
    const end = firstFit(geometry, card, link, wiredAt(geometry.types.graph, card));
    const connection = end && looseConnection(link.loose, card, end);
    if (connection) {
      this.editor.document
        .getState()
        .edit("Connect", (graph, types) => connect(graph, types, connection));
      return true;
    }
    this.refuseBody(card, screen, link);
    return true;
  }

  /** Nothing on the card takes the wire: says why, for the port that comes nearest. */
  private refuseBody(card: string, screen: Point, link: Link): void {
    const ends = this.geometry
      .shape(card)
      .handles.filter((end) => link.refusal(card, end) !== undefined);
    const found = ends.map((end) => ({ end, refusal: link.refusal(card, end) }));
    const best = found.find(({ refusal }) => refusal?.fix) ?? found.find(({ refusal }) => refusal);
    const connection = best && looseConnection(link.loose, card, best.end);
    if (!best?.refusal || !connection) return;
    const point = this.toFlow(screen);
    const place = within(this.geometry, scopeAt(this.geometry, point), {
      x: point.x - 260,
      y: point.y,
    });
    this.editor.ui.getState().refuse({ refusal: best.refusal, connection, screen, place });
  }
}

function looseConnection(loose: Loose, card: string, end: Handle): Connection | null {
  if ("to" in loose) {
    return end.target
      ? null
      : {
          source: `${card}.${end.port}`,
          target: loose.to,
          ...(end.side ? { side: end.side } : {}),
        };
  }
  return end.target
    ? { source: loose.from, target: end.target, ...(loose.side ? { side: loose.side } : {}) }
    : null;
}

function pointOf(event: Ending): Point {
  const at = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
}

function cardUnder(screen: Point): string | null {
  const found = document
    .elementFromPoint(screen.x, screen.y)
    ?.closest("[data-id].react-flow__node");
  return found?.getAttribute("data-id") ?? null;
}
