/**
 * How far dragged cards are from where they stand: moved by style alone, so that a move of the
 * hand renders their wires and nothing else.
 */

import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { StoreApi } from "zustand/vanilla";
import type { Point } from "../graph/view.ts";

/** By the ids of the cards that are off their places. */
export type Shifts = ReadonlyMap<string, Point>;
export type LiftingStore = StoreApi<Shifts>;

const STILL: Shifts = new Map();
const HERE: Point = { x: 0, y: 0 };

export const LiftingContext = createContext<LiftingStore | null>(null);

export function createLifting(): LiftingStore {
  return createStore<Shifts>(() => STILL);
}

/** How far a card is from its place: the same object as long as it is not moved. */
export function useShift(node: string): Point {
  const store = useContext(LiftingContext);
  if (!store) throw new Error("A wire stands outside a canvas.");
  return useStore(store, (shifts) => shifts.get(node) ?? HERE);
}

/** Moves the elements of cards, and tells their wires. One a drag. */
export class Lifting {
  private readonly store: LiftingStore;
  private readonly elements = new Map<string, readonly HTMLElement[]>();

  constructor(store: LiftingStore) {
    this.store = store;
  }

  move(page: ParentNode, shifts: Shifts): void {
    for (const [id, by] of shifts)
      this.put(page, `.react-flow__node[data-id="${CSS.escape(id)}"]`, by);
    const [first] = shifts.values();
    if (first) this.put(page, ".react-flow__nodesselection-rect", first);
    this.store.setState(shifts, true);
  }

  /** Everything stands where it is drawn. */
  clear(): void {
    if (this.elements.size === 0) return;
    for (const elements of this.elements.values()) {
      for (const { style } of elements) style.removeProperty("translate");
    }
    this.elements.clear();
    this.store.setState(STILL, true);
  }

  private put(page: ParentNode, selector: string, { x, y }: Point): void {
    let found = this.elements.get(selector);
    if (!found) {
      found = [...page.querySelectorAll<HTMLElement>(selector)];
      this.elements.set(selector, found);
    }
    for (const { style } of found) style.translate = `${x}px ${y}px`;
  }
}
