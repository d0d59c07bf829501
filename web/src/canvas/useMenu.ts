/** Opens the menu of a place: by the right button, by the menu key, by a long press. */

import type { MouseEvent, PointerEvent } from "react";
import { useCallback, useMemo, useRef, useState } from "react";
import { COMMANDS } from "../commands/all.ts";
import type { Command, Doing } from "../commands/command.ts";
import { wireCommands } from "../commands/wires.ts";
import type { Point } from "../graph/view.ts";
import { useEditor } from "../state/editor.ts";
import type { MenuAt } from "./Menu.tsx";
import { nodeUnder, wireUnder } from "./under.ts";

/** How long a finger rests until it means the menu, and how far it may tremble. */
const LONG = 480;
const TREMBLE = 10;
const ON_GROUND = [
  "add",
  "note",
  "paste",
  "paste-wired",
  "select-all",
  "arrange",
  "fit-all",
  "undo",
  "redo",
];
const NOT_IN_MENUS = /^(nudge|focus)-/;

export interface CanvasMenu {
  readonly menu: MenuAt | null;
  readonly close: () => void;
  readonly open: (screen: Point) => void;
  readonly onContextMenu: (event: MouseEvent) => void;
  readonly onPointerDown: (event: PointerEvent) => void;
}

export function useMenu(doing: () => Doing): CanvasMenu {
  const editor = useEditor();
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const press = useRef<number | undefined>(undefined);
  const open = useCallback(
    (screen: Point) => {
      const node = nodeUnder(screen);
      const { selection, select } = editor.document.getState();
      if (node !== null && !selection.has(node)) select([node]);
      const commands = commandsAt(node, screen, doing());
      if (commands.length > 0) setMenu({ screen, commands });
    },
    [editor, doing],
  );
  const onContextMenu = useCallback(
    (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest("input, textarea, .note, .menu"))
        return;
      event.preventDefault();
      open({ x: event.clientX, y: event.clientY });
    },
    [open],
  );
  const onPointerDown = useCallback(
    (down: PointerEvent) => {
      if (down.pointerType !== "touch") return;
      const start = { x: down.clientX, y: down.clientY };
      const stop = (): void => {
        window.clearTimeout(press.current);
        window.removeEventListener("pointermove", move);
      };
      const move = (event: globalThis.PointerEvent): void => {
        if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > TREMBLE) stop();
      };
      window.clearTimeout(press.current);
      press.current = window.setTimeout(() => {
        stop();
        open(start);
        // The finger that is lifted now clicks nothing: it lies on the menu that has just opened.
        const lift = { capture: true, once: true, passive: false };
        window.addEventListener("touchend", (event) => event.preventDefault(), lift);
      }, LONG);
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", stop, { once: true });
      window.addEventListener("pointercancel", stop, { once: true });
    },
    [open],
  );
  const close = useCallback(() => setMenu(null), []);
  return useMemo(
    () => ({ menu, close, open, onContextMenu, onPointerDown }),
    [menu, close, open, onContextMenu, onPointerDown],
  );
}

function commandsAt(node: string | null, screen: Point, doing: Doing): readonly Command[] {
  if (node !== null)
    return applying(
      COMMANDS.filter(
        ({ id, group }) =>
          (group === "node" || group === "edit" || id === "run-to") && !NOT_IN_MENUS.test(id),
      ),
      doing,
    );
  const wire = wireUnder(screen);
  if (wire !== null) return wireCommands(wire);
  const ground = ON_GROUND.flatMap((id) => COMMANDS.find((command) => command.id === id) ?? []);
  return applying(ground, doing);
}

function applying(commands: readonly Command[], doing: Doing): readonly Command[] {
  return commands.filter((command) => command.when?.(doing) !== false);
}
