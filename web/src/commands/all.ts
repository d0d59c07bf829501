/** Every command there is, in the order of the command palette. */

import type { Command } from "./command.ts";
import { EDITING } from "./editing.ts";
import { ROVING } from "./roving.ts";
import { RUNNING } from "./running.ts";
import { VIEWING } from "./viewing.ts";

export const COMMANDS: readonly Command[] = [...RUNNING, ...EDITING, ...ROVING, ...VIEWING];
