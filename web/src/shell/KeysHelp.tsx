/** "?": every key there is, by what it is about, and what the mouse does. */

import type { JSX } from "react";
import { COMMANDS } from "../commands/all.ts";
import type { Command } from "../commands/command.ts";
import { keyWords } from "../commands/keys.ts";
import { say } from "../texts/texts.ts";
import { useDesk } from "../workspace/work.ts";
import { titleOf } from "./commandlist.ts";
import { Dialog } from "./Dialog.tsx";
import "./commands.css";

const GROUPS = [
  "run",
  "file",
  "edit",
  "node",
  "wire",
  "view",
] as const satisfies readonly Command["group"][];
const MOUSE = ["wheel", "middle", "left", "double", "wire", "alt", "shift", "rest"] as const;

export default function KeysHelp(): JSX.Element {
  const ask = useDesk((desk) => desk.ask);
  return (
    <Dialog title={say("keys.title")} onClose={() => ask(null)} size="wide">
      <div className="dialog-body" tabIndex={0}>
        <div className="keys">
          {GROUPS.map((group) => {
            const rows = rowsOf(group);
            if (rows.length === 0) return null;
            return (
              <section key={group}>
                <h3>{say(`keys.group.${group}`)}</h3>
                <dl>
                  {rows.map(([title, all]) => (
                    <div key={title}>
                      <dt>{title}</dt>
                      <dd>
                        {all.map((keys) => (
                          <kbd key={keys}>{keyWords(keys)}</kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            );
          })}
          <section>
            <h3>{say("keys.mouse")}</h3>
            <dl>
              {MOUSE.map((what) => (
                <div key={what}>
                  <dt>{say(`keys.mouse.${what}.does`)}</dt>
                  <dd>
                    <kbd>{say(`keys.mouse.${what}`)}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </Dialog>
  );
}

/** The commands of a group with their keys; several of one title are several ways to one thing. */
function rowsOf(group: Command["group"]): readonly (readonly [string, readonly string[]])[] {
  const rows = new Map<string, readonly string[]>();
  for (const command of COMMANDS) {
    if (command.group !== group || !command.keys || command.keys.length === 0) continue;
    const title = titleOf(command);
    rows.set(title, [...(rows.get(title) ?? []), ...command.keys]);
  }
  return [...rows];
}
