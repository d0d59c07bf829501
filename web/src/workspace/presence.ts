/** Which files the other pages of this browser have open: they tell each other. */

import type { TabsStore } from "./tabs.ts";

interface Word {
  readonly page: string;
  readonly type: "here" | "who" | "gone";
  readonly files: readonly string[];
}

const BEAT = 20_000;
/** Browsers let a hidden page speak once a minute. */
const SILENT = 150_000;

export class Presence {
  private readonly channel: BroadcastChannel;
  private readonly tabs: TabsStore;
  private readonly page: string;
  private readonly others = new Map<
    string,
    { readonly files: readonly string[]; readonly at: number }
  >();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly stop: () => void;
  private told = "";

  constructor(tabs: TabsStore, page: string) {
    this.tabs = tabs;
    this.page = page;
    this.channel = new BroadcastChannel("latentgraph");
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => this.hear(data);
    this.stop = tabs.subscribe(() => {
      if (this.files().join(" ") !== this.told) this.say("here");
      this.mark();
    });
    this.timer = setInterval(() => {
      this.say("here");
      this.mark();
    }, BEAT);
    this.say("who");
    this.say("here");
  }

  close(): void {
    this.say("gone");
    clearInterval(this.timer);
    this.stop();
    this.channel.close();
  }

  private files(): readonly string[] {
    return this.tabs.getState().tabs.flatMap(({ file }) => (file.name === "" ? [] : [file.name]));
  }

  private say(type: Word["type"]): void {
    const files = this.files();
    if (type === "here") this.told = files.join(" ");
    this.channel.postMessage({ page: this.page, type, files } satisfies Word);
  }

  private hear({ page, type, files }: Word): void {
    if (page === this.page) return;
    if (type === "gone") this.others.delete(page);
    else this.others.set(page, { files, at: Date.now() });
    if (type === "who") this.say("here");
    this.mark();
  }

  private mark(): void {
    const now = Date.now();
    for (const [page, { at }] of this.others) if (now - at > SILENT) this.others.delete(page);
    const open = new Set([...this.others.values()].flatMap(({ files }) => files));
    const { tabs, set } = this.tabs.getState();
    for (const { id, file, elsewhere } of tabs) {
      const now = file.name !== "" && open.has(file.name);
      if (now !== elsewhere) set(id, { elsewhere: now });
    }
  }
}
