/** Writes every change of every open file to its draft, a moment after it was made. */

import { serialize } from "../graph/serialize.ts";
import { historyToText } from "../graph/history.ts";
import { picturesOf } from "../results/pictures.ts";
import { isDirty } from "../state/document.ts";
import type { Draft, Drafts } from "./drafts.ts";
import type { Tab, TabsStore } from "./tabs.ts";

/** What a crash may cost at most, in milliseconds. */
const PAUSE = 250;

export class Keeper {
  private readonly drafts: Drafts;
  private readonly tabs: TabsStore;
  private readonly page: string;
  private readonly waiting = new Set<string>();
  private readonly watched = new Map<string, () => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private writing: Promise<void> = Promise.resolve();
  private readonly stop: () => void;

  constructor(drafts: Drafts, tabs: TabsStore, page: string) {
    this.drafts = drafts;
    this.tabs = tabs;
    this.page = page;
    this.stop = tabs.subscribe((state, before) => {
      this.follow();
      const moved = state.active !== before.active || state.tabs.length !== before.tabs.length;
      for (const tab of state.tabs) {
        const known = before.tabs.find(({ id }) => id === tab.id);
        if (moved || known?.file !== tab.file) this.later(tab.id);
      }
    });
    this.follow();
  }

  /** Writes what waits now, as before the page goes. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const ids = [...this.waiting];
    this.waiting.clear();
    const { tabs, active } = this.tabs.getState();
    const made = tabs.flatMap((tab, order) =>
      ids.includes(tab.id)
        ? [draftOf(tab, { page: this.page, order, shown: tab.id === active })]
        : [],
    );
    // One after the other: an older state never overtakes a newer one.
    this.writing = this.writing.then(async () => {
      for (const draft of made) await this.drafts.put(draft);
    });
    return this.writing;
  }

  /** Keeps a file that is closed with unsaved changes, and forgets one without. */
  async closed(tab: Tab): Promise<void> {
    this.waiting.delete(tab.id);
    await this.writing;
    const dirty = isDirty(tab.editor.document.getState());
    if (!dirty) return this.drafts.remove(tab.id);
    const draft = draftOf(tab, { page: this.page, order: 0, shown: false });
    // Opened again it asks for no run that was called off with its tab.
    await this.drafts.put({ ...draft, held: [], closed: Date.now() });
  }

  close(): void {
    this.stop();
    for (const stop of this.watched.values()) stop();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private follow(): void {
    const { tabs } = this.tabs.getState();
    for (const [id, stop] of this.watched) {
      if (tabs.some((tab) => tab.id === id)) continue;
      stop();
      this.watched.delete(id);
    }
    for (const { id, editor } of tabs) {
      if (this.watched.has(id)) continue;
      const stops = [
        editor.document.subscribe((state, before) => {
          const same = state.document === before.document && state.history === before.history;
          if (!same || state.saved !== before.saved || state.place !== before.place) this.later(id);
        }),
        editor.runs.subscribe((state, before) => {
          if (state.results !== before.results) this.cover(id);
          const { open, watched, held } = before;
          if (state.open !== open || state.watched !== watched || state.held !== held)
            this.later(id);
        }),
      ];
      this.watched.set(id, () => stops.forEach((stop) => stop()));
      this.later(id);
    }
  }

  /** The newest picture of a saved file is its cover in the list of files. */
  private cover(id: string): void {
    const tab = this.tabs.getState().tabs.find((one) => one.id === id);
    const [run] = tab?.editor.runs.getState().results ?? [];
    const [picture] = run ? picturesOf(run) : [];
    if (!tab || tab.file.name === "" || !picture) return;
    void this.drafts.keep(`cover:${tab.file.name}`, picture.hash).catch(() => undefined);
  }

  private later(id: string): void {
    this.waiting.add(id);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.flush().catch((error: unknown) =>
        console.error("The draft cannot be kept.", error),
      );
    }, PAUSE);
  }
}

function draftOf(tab: Tab, where: Pick<Draft, "page" | "order" | "shown">): Draft {
  const state = tab.editor.document.getState();
  const { watched, open, held } = tab.editor.runs.getState();
  const document = serialize(state.document);
  return {
    ...where,
    id: tab.id,
    closed: null,
    written: Date.now(),
    file: tab.file,
    title: state.document.title,
    place: state.place,
    document,
    saved: state.saved === state.document ? document : serialize(state.saved),
    history: historyToText(state.history),
    dirty: isDirty(state),
    held,
    ...(tab.adopted === undefined ? {} : { adopted: tab.adopted }),
    runs: [...(watched === null ? [] : [watched]), ...open.filter((id) => id !== watched)],
  };
}
