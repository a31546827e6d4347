// Shows what is pushed while no page of the desk is in sight. It keeps nothing: every page comes from the server.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const told = event.data.json();
  const icons = new URL(self.location).searchParams.get("icons");
  const shown = self.registration.showNotification(told.title, {
    body: told.body, tag: told.tag, renotify: true, data: { url: told.url }, icon: `${icons}/192.png`, badge: `${icons}/badge-96.png`,
  });
  if (told.count) self.navigator.setAppBadge?.(told.count).catch(() => {});
  event.waitUntil(shown);
});

// An open page goes to the case, if there is one; so nobody ends with a dozen tabs.
async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname.endsWith(url.replace("/cases/", "/"))) ?? pages[0];
  if (!page) return self.clients.openWindow(url);
  await page.focus();
  return page.navigate(url).catch(() => self.clients.openWindow(url));
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});
