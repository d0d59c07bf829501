/** Parts that load late are fetched while nothing else is to be done: they are here if the server goes. */

const PARTS: readonly (() => Promise<unknown>)[] = [
  () => import("./saving.ts"),
  () => import("./dropping.ts"),
  () => import("./SaveAsDialog.tsx"),
  () => import("./OpenDialog.tsx"),
  () => import("./SavedList.tsx"),
  () => import("./ClosedList.tsx"),
  () => import("./DroppedDialog.tsx"),
  () => import("../graph/pngMeta.ts"),
  () => import("../shell/CommandPalette.tsx"),
  () => import("../shell/KeysHelp.tsx"),
  () => import("../shell/SettingsDialog.tsx"),
  () => import("../panels/TextView.tsx"),
  () => import("../panels/Queue.tsx"),
  () => import("../results/TurnView.tsx"),
  () => import("../results/BranchDialog.tsx"),
  () => import("../results/WireInspector.tsx"),
  () => import("../results/Viewer.tsx"),
];
const FIRST_WAIT = 4_000;

/** One after the other, each when the page is idle. */
export function fetchAhead(): void {
  const idle = (next: () => void): void => {
    if ("requestIdleCallback" in window) window.requestIdleCallback(next, { timeout: FIRST_WAIT });
    else setTimeout(next, 200);
  };
  const fetchFrom = (at: number): void => {
    // A part that cannot be had now is asked for again where it is wanted.
    void PARTS[at]?.()
      .catch(() => undefined)
      .then(() => idle(() => fetchFrom(at + 1)));
  };
  setTimeout(() => idle(() => fetchFrom(0)), FIRST_WAIT);
}
