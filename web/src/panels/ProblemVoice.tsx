/** Says to screen readers when the number of problems changes, once typing has paused. */

import type { JSX } from "react";
import { useEffect, useState } from "react";
import { sentence } from "../graph/problems.ts";
import { useEditor } from "../state/editor.ts";
import { say } from "../texts/texts.ts";

const PAUSE = 700;

export function ProblemVoice(): JSX.Element {
  const { planner } = useEditor();
  const [said, setSaid] = useState("");
  useEffect(() => {
    let before = planner.store.getState().problems.length;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = planner.store.subscribe(({ problems }) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (problems.length === before) return;
        before = problems.length;
        const [first] = problems;
        if (!first) setSaid(say("problems.said.none"));
        else
          setSaid(
            say(problems.length === 1 ? "problems.said.one" : "problems.said", {
              count: problems.length,
              first: sentence(first),
            }),
          );
      }, PAUSE);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [planner]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
