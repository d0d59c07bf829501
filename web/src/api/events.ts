/**
 * The server's events over one WebSocket: resumed by sequence number whenever the line breaks.
 *
 * Knows nothing of what events mean. Waits longer after each failure, up to ten seconds.
 */

import type { Json } from "../graph/json.ts";

/** One event of the server's log. `run` is null for what concerns the whole server. */
export interface ServerEvent {
  readonly seq: number;
  readonly time: string;
  readonly run: string | null;
  readonly type: string;
  readonly [field: string]: Json | undefined;
}

export interface PreviewHeader {
  readonly run: string;
  readonly path: string;
  readonly around: readonly number[];
  readonly index: number;
  readonly media_type: string;
}

export interface EventHandlers {
  readonly event: (event: ServerEvent) => void;
  readonly preview: (header: PreviewHeader, picture: Blob) => void;
  /** The line is up (`true`) or down; `gap`: events in between are lost, so read states anew. */
  readonly line: (up: boolean, gap: boolean) => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

export class EventLine {
  private readonly handlers: EventHandlers;
  private readonly address: string;
  private socket: WebSocket | null = null;
  private seq: number | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private closed = false;

  constructor(handlers: EventHandlers, address = eventsAddress()) {
    this.handlers = handlers;
    this.address = address;
  }

  open(): void {
    this.closed = false;
    const after = this.seq === null ? "" : `&after=${this.seq}`;
    const socket = new WebSocket(`${this.address}?previews=1${after}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.wait = FIRST_WAIT;
      this.handlers.line(true, false);
    };
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => this.hear(message.data);
    socket.onclose = () => this.lost(socket);
  }

  /** Tries at once, as when the browser says that it is online again. */
  hurry(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.open();
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.socket?.close();
  }

  private lost(socket: WebSocket): void {
    if (this.closed || socket !== this.socket) return;
    this.handlers.line(false, false);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private hear(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      this.picture(data);
      return;
    }
    const said = JSON.parse(data) as ServerEvent;
    if (said.type === "hello") this.seq ??= said.seq;
    else if (said.type === "gap") this.handlers.line(true, true);
    else if (typeof said.seq === "number") {
      this.seq = said.seq;
      this.handlers.event(said);
    }
  }

  private picture(data: ArrayBuffer): void {
    const length = new DataView(data).getUint32(0);
    const header = JSON.parse(
      new TextDecoder().decode(new Uint8Array(data, 4, length)),
    ) as PreviewHeader;
    this.handlers.preview(
      header,
      new Blob([new Uint8Array(data, 4 + length)], { type: header.media_type }),
    );
  }
}

function eventsAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/events`;
}
