/** The painter at work: bar, stage and foot, its keys, and what happens when it is left. */

import type { ClipboardEvent, DragEvent, JSX, KeyboardEvent } from "react";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { ServerError } from "../api/http.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { Foot } from "./Foot.tsx";
import type { Order } from "./order.ts";
import { pictureIn } from "./reading.ts";
import { send } from "./sending.ts";
import type { Session } from "./session.ts";
import { Stage } from "./Stage.tsx";
import { Tools } from "./Tools.tsx";
import { pressed, stepped } from "./tools.ts";
import { words } from "./words.ts";

interface Props {
  readonly order: Order;
  readonly session: Session;
  readonly close: () => void;
}

export function Sitting({ order, session, close }: Props): JSX.Element {
  const changed = useStore(session.store, ({ canUndo }) => canUndo);
  const down = useStore(session.store, (sitting) => sitting.down);
  const [asking, setAsking] = useState(false);
  const [moving, setMoving] = useState(false);
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState("");
  useWarning(changed);
  const leave = (): void => {
    if (session.drawing) session.abandon();
    else if (asking || !changed || sending) close();
    else setAsking(true);
  };
  const finish = async (): Promise<void> => {
    if (sending) return;
    session.end();
    setSending(true);
    try {
      order.put(await send(order.subject, session.store.getState()));
      close();
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      setFailure(error.message);
      setSending(false);
    }
  };
  const lay = async (file: File | undefined): Promise<void> => {
    if (!file || order.subject.kind === "cutout") return;
    const picture = await pictureIn(file);
    if (picture) session.lay("own", picture);
    setFailure(picture ? "" : words("wrong", { name: file.name }));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isFree(event.target) && !event.ctrlKey && !event.metaKey) return;
    if (onStage(event.target) && stageKey(session, event)) event.preventDefault();
    else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      setMoving(true);
    } else if (act(session, event, () => void finish())) event.preventDefault();
  };
  const hear = (event: DragEvent | ClipboardEvent, data: DataTransfer): void => {
    // The canvas below would take it for itself.
    event.stopPropagation();
    if (![...data.types].includes("Files")) return;
    event.preventDefault();
    if (event.type !== "dragover") void lay(data.files[0]);
  };
  return (
    <Dialog
      title={words("title", { name: order.name })}
      size="whole"
      onClose={asking ? () => setAsking(false) : leave}
    >
      <div
        className="painter"
        onKeyDown={onKeyDown}
        onKeyUp={(event) => {
          if (event.key === " ") setMoving(false);
        }}
        onBlur={() => setMoving(false)}
        onDragOver={(event) => hear(event, event.dataTransfer)}
        onDrop={(event) => hear(event, event.dataTransfer)}
        onPaste={(event) => hear(event, event.clipboardData)}
      >
        <Tools session={session} />
        <Stage session={session} moving={moving} />
        <span className="visually-hidden" role="status">
          {down ? words("down") : words("up")}
        </span>
        {failure !== "" && (
          <p className="mask-failure" role="alert">
            {failure}
          </p>
        )}
        <Foot
          session={session}
          fixed={order.subject.kind === "cutout"}
          asking={asking}
          sending={sending}
          lay={(file) => void lay(file)}
          use={() => void finish()}
          leave={leave}
          stay={() => setAsking(false)}
        />
      </div>
    </Dialog>
  );
}

/** A reload asks first, as long as something would be lost. */
function useWarning(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [changed]);
}

/** Lists take letters for themselves. */
function isFree(target: EventTarget): boolean {
  return !(target instanceof HTMLSelectElement);
}

function onStage(target: EventTarget): boolean {
  return target instanceof Element && target.classList.contains("mask-stage");
}

const WAYS: Readonly<Partial<Record<string, readonly [number, number]>>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Painting by keys: arrows by a quarter of the brush, with Shift by a pixel. */
function stageKey(session: Session, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Enter") {
    session.press();
    return true;
  }
  const way = WAYS[event.key];
  if (!way) return false;
  const by = event.shiftKey ? 1 : Math.max(1, Math.round(session.store.getState().held.size / 4));
  session.nudge(way[0] * by, way[1] * by);
  return true;
}

/** Whether the key meant something. */
function act(session: Session, event: KeyboardEvent, finish: () => void): boolean {
  const found = pressed(event);
  if (!found) return false;
  const { held } = session.store.getState();
  if ("tool" in found) session.hold({ ...held, tool: found.tool });
  else if ("wider" in found) session.hold(stepped(held, found.wider));
  else if ("nearer" in found) session.zoom(1.25 ** found.nearer);
  else if (found.act === "undo") session.undo();
  else if (found.act === "redo") session.redo();
  else if (found.act === "fit") session.fit();
  else if (found.act === "use") finish();
  else session.act(found.act);
  return true;
}
