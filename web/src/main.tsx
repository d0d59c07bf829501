import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { startSettings } from "./state/settings.ts";
import { startWork } from "./workspace/start.ts";
import "./theme/tokens.css";
import "./theme/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element 'root' to draw the editor in.");
// Before React: a second start (as strict mode makes) would find the drafts taken by the first.
const starting = startSettings().then(startWork);
createRoot(root).render(
  <StrictMode>
    <App starting={starting} />
  </StrictMode>,
);
