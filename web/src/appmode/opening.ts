/** Opens the graph that the address asks for in a tab of the editor. */

import { ServerError } from "../api/http.ts";
import { openNamed, openTemplate } from "../workspace/opening.ts";
import type { Work } from "../workspace/work.ts";
import { say } from "../texts/texts.ts";
import { forgetAsked, openAsked } from "./asked.ts";

export async function openFromAddress(work: Work): Promise<void> {
  const name = openAsked(window.location.search);
  if (name === null) return;
  forgetAsked();
  const path = encodeURIComponent(name);
  try {
    await openNamed(work, path).catch((error: unknown) => {
      if (error instanceof ServerError && error.status === 0) throw error;
      return openTemplate(work, path);
    });
  } catch {
    work.desk.getState().tell({ text: say("app.missing", { name }) });
  }
}
