/** The picture of one turn above a timeline, and what can be done from there. */

import type { CSSProperties, JSX } from "react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { shownTypes } from "../state/document.ts";
import { useEditor, useRuns, useUi } from "../state/editor.ts";
import { Icon } from "../shell/Icon.tsx";
import { IconButton } from "../shell/IconButton.tsx";
import { say } from "../texts/texts.ts";
import { useDesk } from "../workspace/work.ts";
import { Peeks } from "./peeking.ts";
import { turnOf } from "./turns.ts";

interface Props {
  readonly loop: string;
  /** The carried port that is shown; null where none can be drawn. */
  readonly port: string | null;
  readonly turn: number;
  readonly count: number;
  /** The timeline, as it stands on the screen. */
  readonly bar: DOMRect;
  readonly pinned: boolean;
  /** Whether another value may begin at a turn: in a Repeat, not in a Map. */
  readonly branches: boolean;
  readonly onTurn: (turn: number) => void;
  readonly onClose: () => void;
}

/** What is shown: a picture, that none is kept, or that it is on its way. */
interface Shown {
  readonly key: string;
  readonly address: string | null;
}

export default function TurnView({
  loop,
  port,
  turn,
  count,
  bar,
  pinned,
  branches,
  onTurn,
  onClose,
}: Props): JSX.Element {
  const shown = useTurnPicture(loop, port, turn);
  const ask = useDesk((desk) => desk.ask);
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => onTurn((turn + 1) % count), 160);
    return () => clearTimeout(timer);
  }, [playing, turn, count, onTurn]);
  // Over the page, not in the card: the cards of the body would stand before it, and it would shrink.
  return createPortal(
    <div
      className="turn-view"
      data-pinned={pinned || undefined}
      style={placeOf(bar, (turn + 0.5) / count)}
    >
      <div className="turn-picture">
        {shown && shown.address !== null ? (
          <img
            src={shown.address}
            alt={say("timeline.picture", { turn: turn + 1 })}
            draggable={false}
          />
        ) : (
          <span>{shown ? say(port === null ? "timeline.nothing" : "timeline.lost") : ""}</span>
        )}
      </div>
      <div className="turn-foot">
        <span className="turn-number">{say("timeline.turn", { turn: turn + 1, count })}</span>
        {pinned && (
          <>
            <IconButton
              icon={playing ? "pause" : "play"}
              label={say(playing ? "timeline.pause" : "timeline.play")}
              onClick={() => setPlaying(!playing)}
            />
            <IconButton icon="close" label={say("dialog.close")} onClick={onClose} />
          </>
        )}
      </div>
      {pinned && branches && (
        <button
          type="button"
          className="button turn-branch"
          onClick={() => {
            onClose();
            ask({ kind: "branch", loop, turn });
          }}
        >
          <Icon name="branch" size={14} />
          {say("timeline.branch", { turn: turn + 1 })}
        </button>
      )}
    </div>,
    document.body,
  );
}

const WIDTH = 176;
const HEIGHT = 250;

/** Above the turn's segment; below it where there is no room. */
function placeOf(bar: DOMRect, share: number): CSSProperties {
  const middle = bar.left + bar.width * share;
  const left = Math.max(8, Math.min(middle - WIDTH / 2, window.innerWidth - WIDTH - 8));
  return bar.top > HEIGHT
    ? { left, bottom: window.innerHeight - bar.top + 6 }
    : { left, top: bar.bottom + 6 };
}

/** The last picture stays until the next one is there: scrubbing never flickers. */
function useTurnPicture(loop: string, port: string | null, turn: number): Shown | null {
  const editor = useEditor();
  const standing = useUi((ui) => ui.standing);
  const watched = useRuns((runs) => runs.watched);
  const [peeks] = useState(() => new Peeks(editor));
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => () => peeks.letGo(), [peeks]);
  useEffect(() => {
    let gone = false;
    const put = (address: string | null): void => {
      if (!gone) setShown({ key: `${loop} ${turn}`, address });
    };
    if (port === null) {
      put(null);
      return;
    }
    const types = shownTypes(editor.document.getState());
    const states = editor.states.getState().byPath;
    const within = (id: string): string => (standing === "" ? id : `${standing}/${id}`);
    const turns = turnOf(types, loop, turn, (id) => states.get(within(id))?.total ?? 1);
    void peeks.picture(`${within(loop)}.${port}`, turns).then(put);
    return () => {
      gone = true;
    };
  }, [editor, peeks, loop, port, turn, standing, watched]);
  return shown;
}
