/** A sentence at the foot of the page that goes by itself, with what one click would do about it. */

import type { JSX } from "react";
import { useEffect } from "react";
import { say } from "../texts/texts.ts";
import { useDesk } from "../workspace/work.ts";
import { IconButton } from "./IconButton.tsx";

const STAYS = 7_000;

export function Notice(): JSX.Element | null {
  const notice = useDesk((desk) => desk.notice);
  const tell = useDesk((desk) => desk.tell);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => tell(null), STAYS);
    return () => clearTimeout(timer);
  }, [notice, tell]);
  if (!notice) return null;
  const { action } = notice;
  return (
    <div className="notice" role="status">
      <span>{notice.text}</span>
      {action && (
        <button
          type="button"
          className="button"
          onClick={() => {
            tell(null);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton icon="close" label={say("refused.dismiss")} onClick={() => tell(null)} />
    </div>
  );
}
