/**
 * The editor's own files, kept in the browser: the page opens while the server is away.
 *
 * Never in the way of a server that answers: the page is always asked for first, and what lies in
 * assets/ carries a hash of its content. Nothing of /api is kept here.
 */

const KEPT = "latentgraph-editor";
const ROOT = new URL("./", self.location.href);
const ASSETS = new URL("assets/", ROOT).href;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const ready = [self.clients.claim(), self.registration.navigationPreload?.enable()];
  event.waitUntil(Promise.all(ready));
});

/** A page is drawn and idle: all that it may come to need is fetched. */
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepAll());
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate" && isPage(url)) event.respondWith(page(event));
  else if (url.startsWith(ASSETS)) event.respondWith(asset(event.request));
});

/** The one page, whatever it is asked to show. */
function isPage(url) {
  const { origin, pathname } = new URL(url);
  return origin === ROOT.origin && pathname === ROOT.pathname;
}

async function page(event) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    if (answer.ok) event.waitUntil(keepPage(answer.clone()));
    return answer;
  } catch {
    const kept = await caches.match(ROOT.href, { cacheName: KEPT });
    return kept ?? Response.error();
  }
}

/** The editor, not the page that asks for a token. Another build's files are let go. */
async function keepPage(answer) {
  const text = await answer.clone().text();
  if (!text.includes('id="root"')) return;
  const kept = await caches.match(ROOT.href, { cacheName: KEPT });
  if (kept && (await kept.text()) !== text) await caches.delete(KEPT);
  const cache = await caches.open(KEPT);
  await cache.put(ROOT.href, answer);
}

async function asset(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** Every file of the build: a part that was never used opens without the server as well. */
async function keepAll() {
  const parts = Object.values(await (await fetch(new URL("files.json", ROOT))).json());
  const names = parts.flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]);
  const cache = await caches.open(KEPT);
  for (const name of new Set(["./", ...names])) {
    const { href } = new URL(name, ROOT);
    if (await cache.match(href)) continue;
    const answer = await fetch(href);
    if (!answer.ok) continue;
    if (name === "./") await keepPage(answer);
    else await cache.put(href, answer);
  }
}
