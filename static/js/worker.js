// The service worker of the patient's pages (ADR 0046). In its cache lie the neutral shell and its files, never a
// page of anybody's. The server writes SHELL and outbox.js in front of this file. ES2019.
const CACHE = `waymark-shell-${SHELL.version}`;
const UNANSWERED = 10000; // ms until a page that does not come gives way to the shell

async function install() {
  const cache = await caches.open(CACHE);
  const fresh = (path) => new Request(path, { cache: "reload" });
  const [page] = await Promise.all([fetch(fresh(SHELL.source)), cache.addAll(SHELL.files.map(fresh))]);
  if (!page.ok) throw new Error("no page to keep");
  await cache.put(SHELL.page, page); // in the language of the page that asked for it
  await self.skipWaiting(); // nothing of an old worker is needed: what waits stands in the database
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("waymark-shell-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const cached = async (path) => (await (await caches.open(CACHE)).match(path)) || Response.error();
const toShell = (mark) => Response.redirect(`${SHELL.page}#${mark}`, 303);

function inTime(work) {
  return new Promise((resolve, reject) => {
    setTimeout(reject, UNANSWERED);
    work.then(resolve, reject);
  });
}

async function visit(request) {
  try {
    return await inTime(fetch(request));
  } catch (error) {
    return cached(SHELL.page);
  }
}

// The file of this version, else whatever the network has under its name.
async function file(request) {
  const kept = await (await caches.open(CACHE)).match(request);
  return kept || fetch(request);
}

// A walk form on its way: written down, then sent. Where it cannot be written down, the form goes as it came.
async function post(request) {
  const asItCame = request.clone();
  let walk, token;
  try {
    const data = await request.formData();
    token = data.get("csrfmiddlewaretoken");
    if (!data.get("client_uuid") || !data.get("person")) return fetch(asItCame);
    walk = await outbox.keepForm(data);
  } catch (error) {
    return fetch(asItCame);
  }
  return answer(walk, await outbox.deliverForm(walk, token), asItCame);
}

async function answer(walk, came, asItCame) {
  if (came.what === "saved") return Response.redirect(came.next, 303);
  if (came.what !== "look-again") return toShell(`kept-${walk.key}`);
  try {
    const page = await inTime(fetch(asItCame)); // the form again, with what is not right
    await outbox.drop(walk);
    return page;
  } catch (error) {
    return toShell(`change-${walk.key}`);
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  const isVisit = request.mode === "navigate" && request.method === "GET";
  if (request.mode === "navigate" && request.method === "POST" && pathname === SHELL.form) {
    event.respondWith(post(request));
  } else if (isVisit && pathname === SHELL.page) {
    event.respondWith(cached(SHELL.page));
  } else if (isVisit && (pathname === "/" || SHELL.pages.some((path) => pathname.startsWith(path)))) {
    event.respondWith(visit(request));
  } else if (request.method === "GET" && SHELL.files.includes(pathname)) {
    event.respondWith(file(request));
  }
});
