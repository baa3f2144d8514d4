// The service worker while it is switched off (WAYMARK_OFFLINE_WORKER=off): it takes the place of the one that was
// there, removes its caches and then itself. The walks that wait stay in the database: the pages send them. ES2019.
async function leave() {
  const names = await caches.keys();
  const shells = names.filter((name) => name.startsWith("waymark-shell-"));
  await Promise.all(shells.map((name) => caches.delete(name)));
  await self.registration.unregister();
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(leave()));
