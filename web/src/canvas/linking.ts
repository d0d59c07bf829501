/** The wire being dragged: from which end, and which handles it may be dropped on. */

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Connection, Refusal } from "../graph/connect.ts";
import { Connector } from "../graph/connect.ts";
import type { Geometry } from "../graph/geometry.ts";
import type { Handle } from "../graph/nodeshape.ts";
import type { PortTypes } from "../graph/porttypes.ts";
import type { Loose } from "../state/ui.ts";

export interface Link {
  readonly loose: Loose;
  /** All wires of the output go along (Shift). */
  readonly all: boolean;
  /** Why the wire may not end at a handle; null where it may, undefined where it cannot meet it. */
  readonly refusal: (node: string, end: Handle) => Refusal | null | undefined;
}

export interface Linking {
  readonly link: Link | null;
  readonly start: (link: Link) => void;
  readonly stop: () => void;
}

export type LinkingStore = StoreApi<Linking>;

export function createLinking(): LinkingStore {
  return createStore<Linking>((set) => ({
    link: null,
    start: (link) => set({ link }),
    stop: () => set({ link: null }),
  }));
}

export const LinkingContext = createContext<LinkingStore | null>(null);

export type Fit = "none" | "fits" | "not";

/** Whether the dragged wire may end at a handle; `none` while no wire is dragged. */
export function useFit(node: string, end: Handle): Fit {
  const store = useContext(LinkingContext);
  if (!store) throw new Error("A port stands outside a canvas.");
  return useStore(store, ({ link }) => {
    if (!link) return "none";
    return link.refusal(node, end) === null ? "fits" : "not";
  });
}

/** A link from one end: it meets only ends of the other kind. */
export function linkFrom(types: PortTypes, node: string, end: Handle, all: boolean): Link {
  if (end.target) {
    const { target } = end;
    return {
      loose: { to: target },
      all: false,
      refusal: (other, at) =>
        at.target
          ? undefined
          : new Connector(types, `${other}.${at.port}`, at.side).refusal(target),
    };
  }
  const source = `${node}.${end.port}`;
  const connector = new Connector(types, source, end.side);
  return {
    loose: { from: source, ...(end.side ? { side: end.side } : {}) },
    all,
    refusal: (_, at) => {
      if (all) return at.target ? undefined : null;
      return at.target ? connector.refusal(at.target) : undefined;
    },
  };
}

/** The handle of a card by its key. */
export function handleAt(
  geometry: Geometry,
  node: string | null,
  key: string | null | undefined,
): Handle | undefined {
  if (node === null || !geometry.types.scopes.nodes.has(node)) return undefined;
  return geometry.shape(node).handles.find((handle) => handle.key === key);
}

/** The wire that two handles make, whichever the drag began at. */
export function connectionOf(
  aNode: string,
  a: Handle,
  bNode: string,
  b: Handle,
): Connection | null {
  if (a.target && !b.target) return connectionOf(bNode, b, aNode, a);
  if (a.target || !b.target) return null;
  return { source: `${aNode}.${a.port}`, target: b.target, ...(a.side ? { side: a.side } : {}) };
}

/** The first free end of a card that a link may be dropped on; an occupied one where none is free. */
export function firstFit(
  geometry: Geometry,
  node: string,
  link: Link,
  wired: ReadonlySet<string>,
): Handle | undefined {
  const fitting = geometry.shape(node).handles.filter((end) => link.refusal(node, end) === null);
  return fitting.find((end) => !wired.has(end.key) || end.many) ?? fitting[0];
}
