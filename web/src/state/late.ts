/**
 * Code that the first sight does without: fetched ahead while the page idles, asked for at once
 * where it is wanted sooner, and at hand in the same breath from then on.
 */

import type { ComponentType } from "react";
import { createElement, lazy } from "react";

/** `soon`: keys answer with it, so it is fetched as soon as the page is drawn. */
export type When = "soon" | "later";

interface Fetched {
  readonly load: () => Promise<unknown>;
}

/** What is to be fetched ahead, in the order in which it was named. */
const AHEAD: Record<When, Fetched[]> = { soon: [], later: [] };

export class Late<T extends object> {
  private readonly read: () => Promise<T>;
  private asked: Promise<T> | null = null;
  private here: T | null = null;

  constructor(read: () => Promise<T>) {
    this.read = read;
  }

  /** Rejects where the server is gone; asked again, it tries again. */
  readonly load = (): Promise<T> => {
    this.asked ??= this.read().then(
      (module) => {
        this.here = module;
        return module;
      },
      (error: unknown) => {
        this.asked = null;
        throw error;
      },
    );
    return this.asked;
  };

  /** Acts now where the code is here, else when it is: in the order asked for. */
  with(act: (module: T) => void | Promise<void>): void | Promise<void> {
    return this.here ? act(this.here) : this.load().then(act);
  }

  /** For React.lazy: a promise that answers in the same breath where the code is here. */
  readonly forLazy = (): Promise<T> => {
    const { here } = this;
    if (!here) return this.load();
    // React shows nothing for 300 ms after a fallback, even where the code came within one.
    const at: Pick<PromiseLike<T>, "then"> = {
      then: (done) => {
        void done?.(here);
        return Promise.resolve(here) as Promise<never>;
      },
    };
    return at as Promise<T>;
  };
}

/** A module that is fetched ahead. */
export function late<T extends object>(read: () => Promise<T>, when: When = "later"): Late<T> {
  const made = new Late(read);
  AHEAD[when].push(made);
  return made;
}

/** How views that could not be fetched are made ready for another try. */
const FAILED = new Set<() => void>();

/** What could not be fetched is asked for again where it is shown next. */
export function askAgain(): void {
  for (const renew of FAILED) renew();
  FAILED.clear();
}

/** A component that is fetched ahead; it stands in a `Suspense` for where it is wanted sooner. */
export function lateView<P extends object>(
  read: () => Promise<{ readonly default: ComponentType<P> }>,
  when: When = "later",
): ComponentType<P> {
  const part = late(read, when);
  const fresh = (): ComponentType<P> =>
    lazy(() => {
      const asked = part.forLazy();
      // React keeps a failure for good: another try needs another lazy component.
      asked.then(undefined, () => FAILED.add(() => (view = fresh())));
      return asked;
    });
  let view = fresh();
  return (props) => createElement(view, props);
}

const PAUSE = 4_000;

/** Fetches the parts one after the other, each when the page is idle. */
export async function fetchAhead(when: When): Promise<void> {
  // A part that comes may name others: the list grows while it is gone through.
  for (const part of AHEAD[when]) {
    await idle();
    // What cannot be had now is asked for again where it is wanted.
    await part.load().catch(() => undefined);
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window)
      window.requestIdleCallback(() => resolve(), { timeout: PAUSE });
    else setTimeout(resolve, 200);
  });
}
