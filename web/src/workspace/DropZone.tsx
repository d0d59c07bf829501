/** Files dropped anywhere on the page. While one hovers, the page says what dropping it does. */

import type { JSX } from "react";
import { useContext, useEffect, useState } from "react";
import { CanvasContext } from "../panels/going.ts";
import { late } from "../state/late.ts";
import { say } from "../texts/texts.ts";
import { useWork } from "./work.ts";
import "./dropzone.css";

const DROPPING = late(() => import("./dropping.ts"));

export function DropZone(): JSX.Element | null {
  const work = useWork();
  const canvas = useContext(CanvasContext);
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hover = (event: DragEvent): void => {
      if (!hasFiles(event) || isField(event)) {
        setOver(false);
        return;
      }
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!hasFiles(event) || event.defaultPrevented) return;
      // Whatever it is: the browser must not leave the page for it.
      event.preventDefault();
      // The list is emptied with the event: the files are taken out before the code is here.
      const isCanvas = event.target instanceof Element && event.target.closest(".canvas") !== null;
      const at = isCanvas ? canvas()?.at({ x: event.clientX, y: event.clientY }) : undefined;
      const files = [...(event.dataTransfer?.files ?? [])];
      void DROPPING.with(({ takeFiles }) => takeFiles(work, files, at));
    };
    window.addEventListener("dragover", hover);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", hover);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [work, canvas]);
  return over ? (
    <div className="dropzone">
      <p>{say("file.drop")}</p>
    </div>
  ) : null;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

/** A widget that takes pictures itself. */
function isField(event: DragEvent): boolean {
  return event.target instanceof Element && event.target.closest("[data-drop]") !== null;
}
