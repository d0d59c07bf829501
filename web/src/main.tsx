import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import "./theme/tokens.css";
import "./theme/base.css";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element 'root' to draw the editor in.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
