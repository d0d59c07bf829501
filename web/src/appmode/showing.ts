/** Whether the open file is shown as an app instead of on the canvas. */

import { createStore } from "zustand/vanilla";

export interface Showing {
  readonly app: boolean;
  readonly toggle: () => void;
}

export const showing = createStore<Showing>((set, get) => ({
  app: false,
  toggle: () => set({ app: !get().app }),
}));
