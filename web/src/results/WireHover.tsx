/** Notices the pointer resting on a wire; what it carried is shown by a part that loads then. */

import type { JSX } from "react";
import { Suspense, useEffect } from "react";
import { isProblem } from "../graph/scopes.ts";
import type { Source } from "../graph/scopes.ts";
import { scopeOfTarget, wiresOf } from "../graph/wires.ts";
import { shownTypes } from "../state/document.ts";
import type { Editor } from "../state/editor.ts";
import { useEditor } from "../state/editor.ts";
import { useDesk } from "../workspace/work.ts";
import { lateView } from "../state/late.ts";

const WireInspector = lateView(() => import("./WireInspector.tsx"));

/** Passing over a wire shows nothing; resting on it does. */
const REST = 320;
const LEAVE = 160;

export default function WireHover(): JSX.Element | null {
  const editor = useEditor();
  const inspect = useDesk((desk) => desk.inspect);
  const inspected = useDesk((desk) => desk.inspected);
  const stays = inspected?.stays === true;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = (event: PointerEvent): void => {
      if (stays || !(event.target instanceof Element)) return;
      if (event.target.closest(".wire-values") !== null) {
        clearTimeout(timer);
        return;
      }
      const edge = event.target.closest(".react-flow__edge");
      clearTimeout(timer);
      const source =
        edge && event.buttons === 0 ? sourceOf(editor, edge.getAttribute("data-id")) : null;
      const screen = { x: event.clientX, y: event.clientY };
      timer = setTimeout(
        () => inspect(source && { wires: [source], screen, stays: false }),
        source ? REST : LEAVE,
      );
    };
    const away = (event: Event): void => {
      const inside =
        event.target instanceof Element && event.target.closest(".wire-values") !== null;
      clearTimeout(timer);
      if (!inside) inspect(null);
    };
    window.addEventListener("pointerover", over);
    window.addEventListener("pointerdown", away, { capture: true });
    window.addEventListener("wheel", away, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pointerover", over);
      window.removeEventListener("pointerdown", away, { capture: true });
      window.removeEventListener("wheel", away, { capture: true });
    };
  }, [editor, inspect, stays]);
  return inspected ? (
    <Suspense>
      <WireInspector inspected={inspected} />
    </Suspense>
  ) : null;
}

function sourceOf(editor: Editor, key: string | null): Source | null {
  const { graph, scopes } = shownTypes(editor.document.getState());
  const wire = wiresOf(graph).find((one) => one.key === key);
  const source = wire && scopes.resolve(wire.source, scopeOfTarget(graph, wire.target));
  return source && !isProblem(source) ? source : null;
}
