/** The page's own files stay in the browser, so that it opens while the server is away. */

/** Where it stands: beside the page, for its scope. */
const WORKER = "offline.js";
const PAUSE = 2_000;

/** Called once the page is loaded; fetches nothing before it has come to rest. */
export async function keepFiles(): Promise<void> {
  // Only on this machine or over TLS; else the page opens when the server is there.
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  try {
    await navigator.serviceWorker.register(WORKER);
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage("keep");
  } catch {
    // A browser that keeps nothing, as some private windows.
  }
}
