/** A picture: dropped, pasted, chosen from the machine or from the server's folder. */

import type { ClipboardEvent, DragEvent, JSX } from "react";
import { useRef, useState } from "react";
import * as server from "../api/server.ts";
import { ServerError } from "../api/http.ts";
import { PaintButton } from "../mask/PaintButton.tsx";
import { say } from "../texts/texts.ts";
import { ChoiceField } from "./ChoiceField.tsx";
import { useTell } from "./useTell.ts";
import type { WidgetProps } from "./widget.ts";

const KINDS = "image/png,image/jpeg,image/webp,image/bmp,image/tiff";

export default function ImageField(props: WidgetProps): JSX.Element {
  const { control, name, value, set, problem, roomy, target } = props;
  const chooser = useRef<HTMLInputElement>(null);
  const tell = useTell();
  const [sending, setSending] = useState(false);
  const [over, setOver] = useState(false);
  const [broken, setBroken] = useState("");
  const send = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (!file.type.startsWith("image/")) {
      tell(say("field.image.wrong", { name: file.name }));
      return;
    }
    setSending(true);
    try {
      set((await server.upload(file)).hash);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      tell(`${file.name}: ${error.message}`);
    } finally {
      setSending(false);
    }
  };
  const drop = (event: DragEvent): void => {
    const file = [...event.dataTransfer.files].find((one) => one.type.startsWith("image/"));
    setOver(false);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void send(file);
  };
  const paste = (event: ClipboardEvent): void => {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void send(file);
  };
  const hash = typeof value === "string" && value.startsWith("sha256:") ? value : "";
  const picture =
    hash !== "" && broken !== hash
      ? `/api/uploads/${hash}/thumbnail?size=${roomy ? 512 : 256}`
      : "";
  return (
    <div
      className="image-field nodrag nopan"
      data-over={over || undefined}
      data-bad={problem !== "" || undefined}
      data-roomy={roomy || undefined}
      onDragOver={(event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      onPaste={paste}
    >
      <button
        id={control}
        type="button"
        className="image-drop"
        aria-label={`${name}: ${say(hash === "" ? "field.image.browse" : "field.image.change")}`}
        onClick={() => chooser.current?.click()}
      >
        {picture !== "" && (
          <img src={picture} alt="" draggable={false} onError={() => setBroken(hash)} />
        )}
        {picture === "" && (
          <span className="image-hint">
            {sending ? say("field.image.sending") : say("field.image.drop")}{" "}
            {!sending && <u>{say("field.image.browse")}</u>}
          </span>
        )}
        {picture !== "" && (
          <span className="image-change">
            {sending ? say("field.image.sending") : say("field.image.change")}
          </span>
        )}
      </button>
      <input
        ref={chooser}
        type="file"
        accept={KINDS}
        hidden
        aria-label={name}
        onChange={(event) => {
          void send(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <div className="image-ways">
        <ChoiceField
          {...props}
          control={`${control}-list`}
          name={say("field.image.list")}
          value={hash === "" ? value : ""}
        />
        {target !== undefined && (
          <PaintButton target={target} name={name} value={value} set={set} />
        )}
      </div>
    </div>
  );
}
