// The next visit: the last headline at once while the fresh one is on its way. Nothing of it outlives a sign-out.
"use strict";
const SHELL = "shell-1", HOMES = "home-";
const PARTS = ["/portal.js", "/theme.js", "/icons.svg", "/icon.svg", "/inter-latin-wght.woff2"];
const PATIENCE = 250;
let era = 0;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(PARTS)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  if (event.data && isHome(event.data.keep)) event.waitUntil(fresh(event.data.keep).catch(() => {}));
});
addEventListener("fetch", (event) => {
  const asked = event.request, at = new URL(asked.url);
  if (at.origin !== location.origin) return;
  // In, out or to another account: whoever comes next finds nothing of the one before.
  if (asked.method === "POST" && at.pathname.startsWith("/auth/") && at.pathname !== "/auth/stay") event.waitUntil(forget());
  if (asked.method !== "GET") return;
  if (PARTS.includes(at.pathname)) event.respondWith(part(event, at.pathname));
  else if (asked.mode === "navigate" && isHome(at.pathname)) event.respondWith(home(event, at.pathname));
});
function isHome(path) { return /^\/[a-z]+\/?$/.test(path || ""); }
async function forget(but) {
  era += but ? 0 : 1;
  const names = (await caches.keys()).filter((name) => name.startsWith(HOMES) && name !== but);
  await Promise.all(names.map((name) => caches.delete(name)));
}

// A home names whose headline it is and for how long it may be shown; no other private answer is kept.
async function fresh(asked) {
  const began = era, answer = await fetch(asked, { redirect: "manual", credentials: "same-origin" });
  const [whose, seconds] = (answer.headers.get("x-headline") || "").split(";");
  if (whose && began === era) {
    const headers = new Headers(answer.headers);
    headers.delete("content-encoding");
    headers.delete("content-length");
    headers.set("x-seen", Date.now());
    headers.set("x-until", Date.now() + seconds * 1000);
    const copy = new Response(await answer.clone().text(), { headers });
    await forget(HOMES + whose);
    if (began === era) await (await caches.open(HOMES + whose)).put(new URL(answer.url).pathname, copy);
  } else if (!whose && answer.type === "opaqueredirect") await forget();
  return answer;
}

async function home(event, path) {
  const asked = fresh(event.request), known = await caches.match(path);
  if (!known || Date.now() > known.headers.get("x-until")) return asked;
  let late = false;
  event.waitUntil(asked.then(async (answer) => {
    const same = answer.headers.get("x-headline") === known.headers.get("x-headline");
    const shown = late && !same && (await clients.get(event.resultingClientId));
    if (shown) await shown.navigate(shown.url);
  }, () => {}));
  const wait = new Promise((done) => setTimeout(done, PATIENCE, "late"));
  const first = await Promise.race([asked.catch(() => "offline"), wait]);
  if (first instanceof Response) return first;
  late = true;
  return seen(known, first === "offline");
}
async function seen(known, offline) {
  const at = new Date(+known.headers.get("x-seen")).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const words = (offline ? "You are offline. " : "") + "Last seen " + at;
  const style = "position:fixed;z-index:6;bottom:5.5rem;left:50%;transform:translateX(-50%);padding:.375rem 1rem;" +
    "border-radius:1rem;font-weight:600;white-space:nowrap;background:var(--ink);color:var(--page)";
  const said = '<p id="last-seen" role="status" style="' + style + '">' + words + "</p>";
  const html = (await known.text()).replace('<first-paint id="first">', (open) => open + said);
  return new Response(html, { headers: known.headers });
}
async function part(event, path) {
  const shell = await caches.open(SHELL), known = await shell.match(path);
  const asked = fetch(event.request).then((answer) => (answer.ok && shell.put(path, answer.clone()), answer));
  if (!known) return asked;
  event.waitUntil(asked.catch(() => {}));
  return known;
}
