/**
 * A text that is being typed: shown at once, put into the document at the next pause.
 *
 * So a key re-renders one field. What is waiting is put in before anything else may read the
 * document: when the field is left, at a key with Ctrl, and when the page is hidden.
 */

import { useEffect, useState } from "react";

const PAUSE = 150;
const LONGEST = 600;

interface Waiting {
  readonly text: string;
  readonly commit: (text: string) => void;
  readonly since: number;
  /** Null where only leaving the field commits. */
  readonly timer: ReturnType<typeof setTimeout> | null;
}

const open = new Set<Typing>();

/** Puts every text that is being typed into its document. */
export function settle(): void {
  for (const one of [...open]) one.settle();
}

/** The text of one field while it is being typed. */
export class Typing {
  private waiting: Waiting | null = null;
  private readonly shown: (text: string | null) => void;

  constructor(shown: (text: string | null) => void) {
    this.shown = shown;
  }

  /** Shows a text and commits it after a pause; at once where the last commit is long ago. */
  type(text: string, commit: (text: string) => void): void {
    const now = performance.now();
    const since = this.waiting?.since ?? now;
    this.stop();
    const timer = setTimeout(
      () => this.settle(),
      Math.max(0, Math.min(PAUSE, since + LONGEST - now)),
    );
    this.waiting = { text, commit, since, timer };
    open.add(this);
    this.shown(text);
  }

  /** Shows a text that is committed only when the field is left: it may be half a sum. */
  hold(text: string, commit: (text: string) => void): void {
    this.stop();
    this.waiting = { text, commit, since: 0, timer: null };
    open.add(this);
    this.shown(text);
  }

  /** Commits what is waiting; the field shows the document's value again. */
  settle(): void {
    const { waiting } = this;
    if (!waiting) return;
    this.stop();
    waiting.commit(waiting.text);
    this.shown(null);
  }

  /** Forgets what is waiting. */
  drop(): void {
    this.stop();
    this.shown(null);
  }

  private stop(): void {
    const timer = this.waiting?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.waiting = null;
    open.delete(this);
  }
}

/** The text being typed (null where none is), and what changes it. Settles when it goes. */
export function useTyping(): readonly [string | null, Typing] {
  const [text, show] = useState<string | null>(null);
  const [typing] = useState(() => new Typing(show));
  useEffect(() => {
    window.addEventListener("pagehide", settle);
    window.addEventListener("keydown", settleAtControl, true);
    return () => {
      typing.settle();
      window.removeEventListener("pagehide", settle);
      window.removeEventListener("keydown", settleAtControl, true);
    };
  }, [typing]);
  return [text, typing];
}

/** A key with Ctrl may be a command that reads the document, such as Run or Save. */
function settleAtControl(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey) settle();
}
