import { describe, expect, it } from "vitest";
import type { Editor } from "../../../src/state/editor.ts";
import { UNSAVED } from "../../../src/workspace/file.ts";
import { createTabs, shownTab } from "../../../src/workspace/tabs.ts";
import type { Tab, TabsStore } from "../../../src/workspace/tabs.ts";

const tab = (id: string): Tab => ({
  id,
  editor: {} as Editor,
  file: UNSAVED,
  newer: null,
  elsewhere: false,
});
const ids = (store: TabsStore): string =>
  store
    .getState()
    .tabs.map(({ id }) => id)
    .join(" ");

function three(): TabsStore {
  const store = createTabs();
  for (const id of ["a", "b", "c"]) store.getState().add(tab(id));
  return store;
}

describe("tabs", () => {
  it("open behind the shown one", () => {
    const store = three();
    store.getState().show("a");
    store.getState().add(tab("d"));
    expect([ids(store), store.getState().active]).toEqual(["a d b c", "d"]);
  });

  it("show the neighbour of a closed one, and stay where another is closed", () => {
    const store = three();
    store.getState().remove("c");
    expect(store.getState().active).toBe("b");
    store.getState().remove("a");
    expect(store.getState().active).toBe("b");
    store.getState().remove("b");
    expect(shownTab(store.getState())).toBeUndefined();
  });

  it("turn round the ends, and move", () => {
    const store = three();
    store.getState().turn(1);
    expect(store.getState().active).toBe("a");
    store.getState().turn(-1);
    expect(store.getState().active).toBe("c");
    store.getState().move("c", 0);
    expect(ids(store)).toBe("c a b");
  });
});
