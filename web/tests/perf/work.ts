/** What a gesture costs the page's main thread, by Chromium's own clock. */

import type { CDPSession, Page } from "playwright-core";

export interface At {
  readonly x: number;
  readonly y: number;
}

export class Clock {
  private readonly session: CDPSession;
  private readonly page: Page;

  private constructor(session: CDPSession, page: Page) {
    this.session = session;
    this.page = page;
  }

  static async on(page: Page): Promise<Clock> {
    const session = await page.context().newCDPSession(page);
    // Time on the processor: what else runs on the machine does not count.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    return new Clock(session, page);
  }

  /** Seconds of main thread that `work` took, until two frames after it. */
  async seconds(work: () => Promise<void>): Promise<number> {
    await this.frame();
    const before = await this.busy();
    await work();
    await this.frame();
    return (await this.busy()) - before;
  }

  private async busy(): Promise<number> {
    const { metrics } = await this.session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN;
  }

  async frame(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((done) =>
          requestAnimationFrame(() => requestAnimationFrame(() => done())),
        ),
    );
  }

  /** A drag in `steps` moves, a frame each. */
  async drag(from: At, by: At, steps: number, button: "left" | "middle"): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down({ button });
    for (let at = 1; at <= steps; at++) {
      await mouse.move(from.x + (by.x * at) / steps, from.y + (by.y * at) / steps);
      await this.page.evaluate(
        () => new Promise<void>((done) => requestAnimationFrame(() => done())),
      );
    }
    await mouse.up({ button });
  }

  async wheel(at: At, turns: number): Promise<void> {
    await this.page.mouse.move(at.x, at.y);
    for (let turn = 0; turn < turns; turn++) {
      await this.page.mouse.wheel(0, turn < turns / 2 ? 40 : -40);
      await this.page.evaluate(
        () => new Promise<void>((done) => requestAnimationFrame(() => done())),
      );
    }
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
