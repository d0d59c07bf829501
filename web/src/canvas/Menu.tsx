/** The menu of a place on the canvas: what can be done with the node, the wire or the ground there. */

import type { JSX, KeyboardEvent } from "react";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { Command, Doing } from "../commands/command.ts";
import { keyWords } from "../commands/keys.ts";
import { titleOf } from "../shell/commandlist.ts";
import { say } from "../texts/texts.ts";
import type { Point } from "../graph/view.ts";

export interface MenuAt {
  readonly screen: Point;
  readonly commands: readonly Command[];
}

interface Props {
  readonly at: MenuAt;
  readonly doing: () => Doing;
  readonly onClose: () => void;
}

const WIDTH = 264;
/** Between the menu and the edges of the window. */
const EDGE = 8;

export default function Menu({ at, doing, onClose }: Props): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    list.current?.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const rows = [...(list.current?.querySelectorAll("button") ?? [])];
    const now = rows.findIndex((row) => row === document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") onClose();
    else if (event.key === "ArrowDown") rows[(now + 1) % rows.length]?.focus();
    else if (event.key === "ArrowUp") rows[(now - 1 + rows.length) % rows.length]?.focus();
    else if (event.key === "Home") rows[0]?.focus();
    else if (event.key === "End") rows.at(-1)?.focus();
    else return;
    event.preventDefault();
  };
  // By what it measures: in some languages a row is two lines high.
  useLayoutEffect(() => {
    const menu = list.current;
    if (!menu) return;
    const fits = (start: number, room: number, size: number): string =>
      `${Math.max(EDGE, Math.min(start, room - size - EDGE))}px`;
    menu.style.left = fits(at.screen.x, window.innerWidth, menu.offsetWidth);
    menu.style.top = fits(at.screen.y, window.innerHeight, menu.offsetHeight);
  }, [at]);
  return (
    <>
      <div
        className="palette-back"
        onPointerDown={onClose}
        // It may be the browser's word on the very press that opened this menu: no reason to close.
        onContextMenu={(event) => event.preventDefault()}
      />
      <div
        className="menu"
        role="menu"
        tabIndex={-1}
        aria-label={say("menu.label")}
        ref={list}
        style={{ width: WIDTH }}
        onKeyDown={onKeyDown}
      >
        {at.commands.map((command, index) => (
          <div key={command.id} role="none">
            {index > 0 && at.commands[index - 1]?.group !== command.group && (
              <div className="menu-line" role="separator" />
            )}
            <button
              type="button"
              role="menuitem"
              className="menu-row"
              onClick={() => {
                onClose();
                void command.run(doing());
              }}
            >
              <span>{titleOf(command)}</span>
              {command.keys?.[0] !== undefined && <kbd>{keyWords(command.keys[0])}</kbd>}
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
