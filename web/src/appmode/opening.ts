/** Opens the graph that the address asks for in a tab of the editor. */

import { hasGraph } from "../api/server.ts";
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
    await ((await hasGraph(name)) ? openNamed(work, path) : openTemplate(work, path));
  } catch {
    work.desk.getState().tell({ text: say("app.missing", { name }) });
  }
}
