/** The frame of every dialog: a title, a way out, the rest of the page dimmed and out of reach. */

import { Dialog as Radix } from "radix-ui";
import type { JSX, ReactNode } from "react";
import { say } from "../texts/texts.ts";
import { Icon } from "./Icon.tsx";
import "./dialog.css";

interface Props {
  readonly title: string;
  readonly about?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** `wide` for lists and comparisons, `whole` for pictures. */
  readonly size?: "narrow" | "wide" | "whole";
}

export function Dialog({ title, about, onClose, children, size = "narrow" }: Props): JSX.Element {
  return (
    <Radix.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Radix.Portal>
        <Radix.Overlay className="dialog-back" />
        <Radix.Content
          className={`dialog dialog-${size}`}
          {...(about === undefined ? { "aria-describedby": undefined } : {})}
          onOpenAutoFocus={(event) => {
            // The field that asks for it, else the dialog itself: not the way out of it.
            const box = event.currentTarget as HTMLElement;
            event.preventDefault();
            (
              box.querySelector<HTMLElement>("input:not([hidden]):not([type=search])") ?? box
            ).focus();
          }}
          // The canvas hears keys on the window: what is typed here is not for it.
          onKeyDown={(event) => event.stopPropagation()}
        >
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close
              className="icon-button"
              aria-label={say("dialog.close")}
              title={say("dialog.close")}
            >
              <Icon name="close" />
            </Radix.Close>
          </header>
          {about !== undefined && (
            <Radix.Description className="dialog-about">{about}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
