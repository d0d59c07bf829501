/** Language, look, and what the mouse does; and which server this is. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import * as server from "../api/server.ts";
import type { System } from "../api/server.ts";
import { orNull } from "../results/peeking.ts";
import { useUi } from "../state/editor.ts";
import { choose, THEMES, useSettings } from "../state/settings.ts";
import { LANGUAGES, say, sayOr } from "../texts/texts.ts";
import type { Language } from "../texts/texts.ts";
import { useDesk } from "../workspace/work.ts";
import { Dialog } from "./Dialog.tsx";
import "./commands.css";

export default function SettingsDialog(): JSX.Element {
  const ask = useDesk((desk) => desk.ask);
  const language = useSettings((settings) => settings.language);
  const theme = useSettings((settings) => settings.theme);
  const drag = useUi((ui) => ui.drag);
  const setDrag = useUi((ui) => ui.setDrag);
  const languages = Object.keys(LANGUAGES) as Language[];
  return (
    <Dialog title={say("settings.title")} onClose={() => ask(null)}>
      <div className="dialog-body settings">
        <Choice
          name={say("settings.language")}
          chosen={language}
          options={[
            ["system", say("settings.system")],
            ...languages.map((one) => [one, LANGUAGES[one]] as const),
          ]}
          onChoose={(one) => void choose({ language: one })}
        />
        <Choice
          name={say("settings.theme")}
          chosen={theme}
          options={THEMES.map((one) => [one, say(`settings.${one}`)] as const)}
          onChoose={(one) => void choose({ theme: one })}
        />
        <Choice
          name={say("settings.drag")}
          chosen={drag}
          options={(["select", "pan"] as const).map(
            (one) => [one, say(`settings.drag.${one}`)] as const,
          )}
          onChoose={setDrag}
        />
        <Server />
      </div>
    </Dialog>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: string;
  readonly chosen: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChoose: (option: T) => void;
}

function Choice<T extends string>({
  name,
  chosen,
  options,
  onChoose,
}: ChoiceProps<T>): JSX.Element {
  return (
    <div className="setting" role="group" aria-label={name}>
      <span>{name}</span>
      <div className="segments">
        {options.map(([option, text]) => (
          <button
            key={option}
            type="button"
            className="segment"
            aria-pressed={option === chosen}
            onClick={() => onChoose(option)}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}

function Server(): JSX.Element | null {
  const [system, setSystem] = useState<System | null>(null);
  useEffect(() => {
    void orNull(server.system()).then(setSystem);
  }, []);
  if (!system) return null;
  const devices = system.devices
    .map(({ device, state }) => `${device} (${sayOr(`settings.worker.${state}`, state)})`)
    .join(", ");
  return (
    <p className="setting-server">
      {say("settings.server")}: latentgraph {system.version} · {devices}
    </p>
  );
}
