/**
 * Which drafts belong to this page: one owner at a time, told by a lock that ends with the page.
 *
 * After a reload the page finds its own again; after a crash a new page takes over what nobody
 * holds. Two open pages never write the same drafts.
 */

import { freshTabId } from "./file.ts";
import type { Drafts } from "./drafts.ts";

const KEY = "latentgraph.page";
const LOCK = "latentgraph.page.";
/** A reloaded page may start before the lock of its former self is gone. */
const TRIES = 4;
const PAUSE = 60;

/** Takes a page's name, if no other page holds it, until this page ends (or `during` has). */
export type Hold = (page: string, during?: () => Promise<void>) => Promise<boolean>;

/** The name of this page; unsaved drafts of pages that are gone come with it. */
export async function claimPage(drafts: Drafts, hold: Hold = holdByLock): Promise<string> {
  const page = await ownPage(drafts, hold);
  remember(page);
  for (const gone of await drafts.pages()) {
    if (gone === page) continue;
    await hold(gone, async () => {
      const { length } = await drafts.ofPage(page);
      await drafts.adopt(gone, page, length);
    });
  }
  return page;
}

async function ownPage(drafts: Drafts, hold: Hold): Promise<string> {
  const former = remembered();
  for (let tried = 0; former !== "" && tried < TRIES; tried++) {
    if (await hold(former)) return former;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  for (const page of await drafts.pages()) if (await hold(page)) return page;
  const fresh = freshTabId();
  await hold(fresh);
  return fresh;
}

async function holdByLock(page: string, during?: () => Promise<void>): Promise<boolean> {
  if (!("locks" in navigator)) return holdByBeat(page, during);
  return new Promise((resolve) => {
    void navigator.locks.request(LOCK + page, { ifAvailable: true }, async (lock) => {
      if (lock) await during?.();
      resolve(lock !== null);
      // Held until the page ends; the browser lets go of it then, a crash included.
      if (lock && !during) await new Promise(() => undefined);
    });
  });
}

const BEAT = 2_000;
const GONE = 3 * BEAT;

/** Without locks (a page that did not come over TLS): a time that a living page keeps renewing. */
async function holdByBeat(page: string, during?: () => Promise<void>): Promise<boolean> {
  const key = LOCK + page;
  const last = Number(localStorage.getItem(key) ?? 0);
  if (page !== remembered() && Date.now() - last < GONE) return false;
  await during?.();
  const beat = (): void => localStorage.setItem(key, String(Date.now()));
  if (during) localStorage.removeItem(key);
  else {
    beat();
    setInterval(beat, BEAT);
  }
  return true;
}

function remembered(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(page: string): void {
  try {
    sessionStorage.setItem(KEY, page);
  } catch {
    // Forbidden storage: the next load takes over the drafts as a page that is gone.
  }
}
