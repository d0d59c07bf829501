/**
 * The timeline under a loop: its turns, which are kept, how far it is; and the latent at any of them.
 *
 * Dragging along it shows the picture of each turn above the thumb; a click leaves it open there.
 */

import type { CSSProperties, JSX, KeyboardEvent, PointerEvent } from "react";
import { Suspense, useEffect, useRef, useState } from "react";
import { shownTypes } from "../state/document.ts";
import { useDocument, useNodeState } from "../state/editor.ts";
import type { NodeState } from "../state/nodestates.ts";
import { Boundary } from "../shell/Boundary.tsx";
import { lateView } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { seenPort } from "./turns.ts";
import { useTurns } from "./useTurns.ts";
import "./timeline.css";

const TurnView = lateView(() => import("./TurnView.tsx"));

export function LoopTimeline({ id }: { readonly id: string }): JSX.Element {
  const state = useNodeState(id);
  const port = useDocument((document) => seenPort(shownTypes(document), id));
  const repeats = useDocument(
    (document) => shownTypes(document).scopes.nodes.get(id)?.type === "Repeat",
  );
  const { count, wanted } = useTurns(id, state, port);
  const [turn, setTurn] = useState<number | null>(null);
  const [pinned, setPinned] = useState(false);
  const [bar, setBar] = useState<DOMRect | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const open = turn !== null && count > 0 && bar !== null;
  useOutside(box, open, () => {
    setTurn(null);
    setPinned(false);
  });
  const at = (event: PointerEvent): number => {
    const found = event.currentTarget.getBoundingClientRect();
    const { left, width } = found;
    setBar(found);
    return clamp(Math.floor(((event.clientX - left) / Math.max(1, width)) * count), count);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyTurn(event.key, turn ?? count - 1, count);
    if (event.key === "Escape" && open) setTurn(null);
    else if (next === null) return;
    else {
      setBar(event.currentTarget.getBoundingClientRect());
      setTurn(next);
      setPinned(true);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="timeline nodrag nopan" ref={box}>
      <div
        className="timeline-bar"
        role="slider"
        tabIndex={0}
        aria-label={say("timeline.label")}
        aria-disabled={count === 0 || undefined}
        aria-valuemin={1}
        aria-valuemax={Math.max(1, count)}
        aria-valuenow={(turn ?? Math.max(0, state.done - 1)) + 1}
        aria-valuetext={say("node.turn", {
          done: (turn ?? Math.max(0, state.done - 1)) + 1,
          total: count,
        })}
        onKeyDown={onKeyDown}
        onFocus={wanted}
        onPointerEnter={wanted}
        onPointerDown={(event) => {
          if (count === 0 || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setTurn(at(event));
          setPinned(true);
        }}
        onPointerMove={(event) => {
          if (count > 0 && (event.buttons === 1 || !pinned || turn === null)) setTurn(at(event));
        }}
        onPointerLeave={() => {
          if (!pinned) setTurn(null);
        }}
      >
        <Turns state={state} count={count} chosen={open ? turn : null} />
      </div>
      <Words state={state} count={count} chosen={open ? turn : null} />
      {open && (
        <Boundary>
          <Suspense>
            <TurnView
              loop={id}
              port={port}
              turn={turn}
              count={count}
              bar={bar}
              pinned={pinned}
              branches={repeats}
              onTurn={setTurn}
              onClose={() => {
                setTurn(null);
                setPinned(false);
              }}
            />
          </Suspense>
        </Boundary>
      )}
    </div>
  );
}

function clamp(turn: number, count: number): number {
  return Math.max(0, Math.min(count - 1, turn));
}

function keyTurn(key: string, turn: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowRight" || key === "ArrowUp") return clamp(turn + 1, count);
  if (key === "ArrowLeft" || key === "ArrowDown") return clamp(turn - 1, count);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

/** A click anywhere else closes the picture. */
function useOutside(
  box: { readonly current: HTMLElement | null },
  open: boolean,
  close: () => void,
): void {
  const last = useRef(close);
  useEffect(() => {
    last.current = close;
  });
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      const inside = event.target instanceof Node && box.current?.contains(event.target) === true;
      const own =
        event.target instanceof Element &&
        event.target.closest(".turn-view, [role=dialog]") !== null;
      if (!inside && !own) last.current();
    };
    // Panning and zooming move the loop away from under its picture.
    window.addEventListener("pointerdown", away, { capture: true });
    window.addEventListener("wheel", away, { capture: true, passive: true });
    return () => {
      window.removeEventListener("pointerdown", away, { capture: true });
      window.removeEventListener("wheel", away, { capture: true });
    };
  }, [box, open]);
}

const SEPARATE = 64;

/** A segment a turn where they can be told apart; else three stretches. */
function Turns({
  state,
  count,
  chosen,
}: {
  readonly state: NodeState;
  readonly count: number;
  readonly chosen: number | null;
}): JSX.Element {
  const { phase, done, turns } = state;
  const running = phase === "running" || phase === "queued";
  const known = turns && turns[1] > 0 ? turns[0] : phase === "done" ? count : 0;
  const kept = running ? 0 : known;
  const look = (turn: number): string => {
    if (running) return turn < done ? "done" : turn === done ? "now" : "";
    return turn < kept ? "kept" : "will";
  };
  const share = (turn: number): CSSProperties => ({
    left: `${((turn + 0.5) / Math.max(1, count)) * 100}%`,
  });
  return (
    <>
      <div className="timeline-turns">
        {count <= SEPARATE
          ? Array.from({ length: count }, (_, turn) => <span key={turn} data-look={look(turn)} />)
          : stretches(running ? done : kept, count).map(([size, first]) => (
              <span key={first} style={{ flexGrow: size }} data-look={look(first)} />
            ))}
      </div>
      {chosen !== null && <div className="timeline-thumb" style={share(chosen)} />}
    </>
  );
}

function stretches(first: number, count: number): readonly (readonly [number, number])[] {
  return (
    [
      [first, 0],
      [count - first, first],
    ] as const
  ).filter(([size]) => size > 0);
}

function Words({
  state,
  count,
  chosen,
}: {
  readonly state: NodeState;
  readonly count: number;
  readonly chosen: number | null;
}): JSX.Element {
  const { phase, done, turns } = state;
  let text = "";
  if (chosen !== null) text = say("node.turn", { done: chosen + 1, total: count });
  else if (phase === "running") text = say("node.turn", { done, total: count });
  else if (turns && turns[1] > 0 && turns[0] === turns[1])
    text = say("timeline.kept", { count: turns[1] });
  else if (turns && turns[1] > 0)
    text = say("timeline.tail", { count: turns[1] - turns[0], total: turns[1] });
  else if (count > 0) text = say("node.turn", { done: Math.max(done, 1), total: count });
  return <span className="timeline-words">{text || say("timeline.none")}</span>;
}
