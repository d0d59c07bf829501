/** The dialog that is open, read only when it is first wanted. */

import type { JSX } from "react";
import { Suspense } from "react";
import type { Dialog } from "./desk.ts";
import { useDesk } from "./work.ts";
import { lateView } from "../state/late.ts";

const OpenDialog = lateView(() => import("./OpenDialog.tsx"));
const SaveAsDialog = lateView(() => import("./SaveAsDialog.tsx"));
const VersionsDialog = lateView(() => import("./VersionsDialog.tsx"));
const ConflictDialog = lateView(() => import("./ConflictDialog.tsx"));
const DroppedDialog = lateView(() => import("./DroppedDialog.tsx"));
const MissingDialog = lateView(() => import("./MissingDialog.tsx"));
const CommandPalette = lateView(() => import("../shell/CommandPalette.tsx"));
const KeysHelp = lateView(() => import("../shell/KeysHelp.tsx"));
const SettingsDialog = lateView(() => import("../shell/SettingsDialog.tsx"));
const Viewer = lateView(() => import("../results/Viewer.tsx"));
const BranchDialog = lateView(() => import("../results/BranchDialog.tsx"));

export function Dialogs(): JSX.Element | null {
  const dialog = useDesk((desk) => desk.dialog);
  return dialog ? (
    <Suspense>
      <Shown dialog={dialog} />
    </Suspense>
  ) : null;
}

function Shown({ dialog }: { readonly dialog: Dialog }): JSX.Element {
  switch (dialog.kind) {
    case "open":
      return <OpenDialog part={dialog.part ?? "saved"} />;
    case "save-as":
      return <SaveAsDialog tab={dialog.tab} />;
    case "versions":
      return <VersionsDialog name={dialog.name} title={dialog.title} />;
    case "conflict":
      return <ConflictDialog tab={dialog.tab} theirs={dialog.theirs} now={dialog.now} />;
    case "dropped":
      return <DroppedDialog dropped={dialog} />;
    case "missing":
      return <MissingDialog title={dialog.title} items={dialog.items} />;
    case "commands":
      return <CommandPalette />;
    case "keys":
      return <KeysHelp />;
    case "settings":
      return <SettingsDialog />;
    case "results":
      return <Viewer shown={dialog.shown} />;
    case "branch":
      return <BranchDialog loop={dialog.loop} turn={dialog.turn} />;
  }
}
