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
            const commands = COMMANDS.filter(
              (command) => command.group === group && command.keys && command.keys.length > 0,
            );
            if (commands.length === 0) return null;
            return (
              <section key={group}>
                <h3>{say(`keys.group.${group}`)}</h3>
                <dl>
                  {commands.map((command) => (
                    <div key={command.id}>
                      <dt>{titleOf(command)}</dt>
                      <dd>
                        {command.keys?.map((keys) => (
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
