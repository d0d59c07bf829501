/** Every command there is, in the order of the command palette. */

import { CLIPPING } from "./clipboard.ts";
import type { Command } from "./command.ts";
import { DOCKING } from "./docking.ts";
import { EDITING } from "./editing.ts";
import { FILES } from "./files.ts";
import { LOOKING } from "./looking.ts";
import { ROVING } from "./roving.ts";
import { RUNNING } from "./running.ts";
import { VIEWING } from "./viewing.ts";

export const COMMANDS: readonly Command[] = [
  ...RUNNING,
  ...FILES,
  ...EDITING,
  ...CLIPPING,
  ...ROVING,
  ...VIEWING,
  ...LOOKING,
  ...DOCKING,
];
