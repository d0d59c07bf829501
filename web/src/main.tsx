import { StrictMode, Suspense, lazy } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { appAsked } from "./appmode/asked.ts";
import { startSettings } from "./state/settings.ts";
import { keepFiles } from "./workspace/offline.ts";
import { startWork } from "./workspace/start.ts";
import "./theme/tokens.css";
import "./theme/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element 'root' to draw the editor in.");
const AppPage = lazy(() => import("./appmode/AppPage.tsx"));
const app = appAsked(window.location.search);
const settings = startSettings();
// Before React: a second start (as strict mode makes) would find the drafts taken by the first.
const starting = app === null ? settings.then(startWork) : null;
void settings.then(() =>
  createRoot(root).render(
    <StrictMode>
      {starting && <App starting={starting} />}
      {app !== null && (
        <Suspense>
          <AppPage name={app} />
        </Suspense>
      )}
    </StrictMode>,
  ),
);
window.addEventListener("load", () => void keepFiles(), { once: true });
