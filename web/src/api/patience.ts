/** A server that has just started reads its packs first: until then it says to come again. */

import { ServerError } from "./http.ts";

const PAUSE = 700;
const LONGEST = 120_000;

/** What `ask` gives, asked again while the server is not ready. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (
        !(error instanceof ServerError) ||
        error.status !== 503 ||
        performance.now() - since > LONGEST
      )
        throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}
