/**
 * Drafts in the browser's database: every open file as it stands, saved or not, with its history.
 *
 * Knows nothing of tabs and stores. A browser that keeps nothing (some private windows) is told
 * apart once, when the database is opened; everything else works without it.
 */

import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
import type { Json } from "../graph/json.ts";
import type { Held } from "../state/runs.ts";
import type { FileRef } from "./file.ts";

export interface Draft {
  readonly id: string;
  /** The page that it belongs to: a browser's tab from its opening to its end, over reloads. */
  readonly page: string;
  readonly order: number;
  readonly shown: boolean;
  /** When its tab was closed; null while it is open. */
  readonly closed: number | null;
  readonly written: number;
  readonly file: FileRef;
  readonly title: string;
  /** The graph that was on the canvas: empty for the file's own. */
  readonly place: string;
  /** The canonical text as it stands, and as it was saved or opened. */
  readonly document: string;
  readonly saved: string;
  readonly history: string;
  readonly dirty: boolean;
  /** Runs of it that had not ended, the watched one first. */
  readonly runs: readonly string[];
  /** Runs that wait for the server; missing in drafts of older versions. */
  readonly held?: readonly Held[];
  /** When it was written last by the page that left it behind; missing for a page's own. */
  readonly adopted?: number;
}

interface Shape extends DBSchema {
  drafts: { key: string; value: Draft; indexes: { page: string } };
  /** What the server said last, for a start without it; and the newest picture of each file. */
  kept: { key: string; value: Json };
}

const NAME = "latentgraph";
/** So many closed drafts stay, the newest ones. */
const CLOSED = 30;

export class Drafts {
  private readonly database: IDBPDatabase<Shape>;

  private constructor(database: IDBPDatabase<Shape>) {
    this.database = database;
  }

  /** Null where this browser keeps nothing. */
  static async open(name = NAME): Promise<Drafts | null> {
    try {
      const database = await openDB<Shape>(name, 1, {
        upgrade: (fresh) => {
          fresh.createObjectStore("drafts", { keyPath: "id" }).createIndex("page", "page");
          fresh.createObjectStore("kept");
        },
        blocking: (_old, _new, event) => (event.target as IDBDatabase).close(),
      });
      return new Drafts(database);
    } catch {
      return null;
    }
  }

  close(): void {
    this.database.close();
  }

  async put(draft: Draft): Promise<void> {
    await this.database.put("drafts", draft);
  }

  async remove(id: string): Promise<void> {
    await this.database.delete("drafts", id);
  }

  /** The drafts of one page whose tabs are open, in their order. */
  async ofPage(page: string): Promise<readonly Draft[]> {
    const found = await this.database.getAllFromIndex("drafts", "page", page);
    return found.filter(({ closed }) => closed === null).sort((a, b) => a.order - b.order);
  }

  /** The pages that have open drafts: those with unsaved ones first, then the one written last. */
  async pages(): Promise<readonly string[]> {
    const found = new Map<string, { dirty: boolean; written: number }>();
    for (const { page, written, closed, dirty } of await this.database.getAll("drafts")) {
      if (closed !== null) continue;
      const known = found.get(page);
      found.set(page, {
        dirty: dirty || known?.dirty === true,
        written: Math.max(written, known?.written ?? 0),
      });
    }
    const order = [...found].sort(
      ([, a], [, b]) => Number(b.dirty) - Number(a.dirty) || b.written - a.written,
    );
    return order.map(([page]) => page);
  }

  /** What was closed without being saved, the newest first; older ones are let go. */
  async closed(): Promise<readonly Draft[]> {
    const all = await this.database.getAll("drafts");
    const found = all.filter(({ closed }) => closed !== null);
    found.sort((a, b) => (b.closed ?? 0) - (a.closed ?? 0));
    await Promise.all(found.slice(CLOSED).map(({ id }) => this.remove(id)));
    return found.slice(0, CLOSED);
  }

  /**
   * Gives the unsaved drafts of a page that is gone to another one; saved ones are let go, and
   * those that read as one of its own.
   */
  async adopt(gone: string, page: string, order: number): Promise<void> {
    const turn = this.database.transaction("drafts", "readwrite");
    const index = turn.store.index("page");
    const own = new Set((await index.getAll(page)).map(reading));
    let at = order;
    for (const draft of await index.getAll(gone)) {
      if (draft.closed !== null) continue;
      const { id, dirty, written: adopted } = draft;
      if (dirty && !own.has(reading(draft)))
        await turn.store.put({ adopted, ...draft, page, order: at++, shown: false });
      else await turn.store.delete(id);
    }
    await turn.done;
  }

  async keep(name: string, value: Json): Promise<void> {
    await this.database.put("kept", value, name);
  }

  async kept(name: string): Promise<Json | undefined> {
    return this.database.get("kept", name);
  }
}

/** The same for drafts of one file that hold the same. A closed one is listed apart. */
function reading({ file, document, closed }: Draft): string {
  return JSON.stringify([file.name, document, closed === null]);
}
